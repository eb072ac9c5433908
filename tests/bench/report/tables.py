# SPDX-License-Identifier: MIT
"""Rows as tables: one line for each thing that was measured, one column for each method."""

from collections.abc import Iterable

from bench.report.rows import Ring, Row

METHODS = ("offset", "recursive", "inline", "generic", "temporary", "second")


def method_of(name: str) -> tuple[str, str]:
    """ "offset.map_page" is ("offset", "map_page"), "space_offset.create" is ("offset", "space_create");
    a name of another kind has no method."""
    suite, dot, what = name.partition(".")
    method = suite.removeprefix("space_")
    if not dot or method not in METHODS:
        return "", name
    return method, what if method == suite else f"space_{what}"


def by_method(rows: list[Row]) -> tuple[list[str], dict[str, dict[str, Row]]]:
    """The methods that occur, and for each thing measured the row of each method."""
    table: dict[str, dict[str, Row]] = {}
    for row in rows:
        method, what = method_of(row.name)
        table.setdefault(what, {})[method] = row
    used = {method for line in table.values() for method in line}
    return [m for m in ("", *METHODS) if m in used], table


def is_compared(ring: Ring) -> bool:
    """Whether its rows compare methods, and not something else."""
    return any(method_of(row.name)[0] for row in ring.rows)


def number(value: float | None) -> str:
    """Short and exact enough: bytes and large counts are grouped."""
    if value is None:
        return ""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}"


def shown(row: Row | None) -> str:
    """A cell: the figure, with its ratio to a limit loop if there is one; or the text."""
    if row is None:
        return "-"
    if row.text is not None:
        return row.text
    return number(row.value) + (f" x{row.ratio:.2f}" if row.ratio is not None else "")


def against_limits(ring: Ring) -> list[list[str]]:
    heading = ["", "median", "min", "quartiles", "limit", "ratio", "target", ""]
    lines = [heading]
    for row in ring.rows:
        quartiles = "" if row.q1 is None else f"{number(row.q1)}-{number(row.q3)}"
        rest = map(number, (row.limit, row.ratio, row.target))
        lines.append([row.name, number(row.value), number(row.min), quartiles, *rest, row.unit])
    return lines


def spread(rows: Iterable[Row]) -> str:
    """The widest of the rows: how far its quartiles are apart, against its median."""
    widths = [(row.q3 - row.q1) / row.figure for row in rows if row.q1 is not None and row.q3 is not None]
    return f"{max(widths):.0%}" if widths else ""


def cells(ring: Ring) -> list[list[str]]:
    """The ring's table, with its heading: a column for each method, or limits where nothing else is."""
    has_limits = any(row.limit is not None for row in ring.rows)
    if has_limits and not is_compared(ring):
        return against_limits(ring)
    methods, table = by_method(ring.rows)
    lines = [["", *methods, *(["limit", "spread"] if has_limits else []), ""]]
    for what, line in table.items():
        first = next(iter(line.values()))
        values = [shown(line.get(m)) for m in methods]
        if has_limits:
            values += [number(first.limit), spread(line.values())]
        unit = "" if first.unit == "text" else first.unit
        lines.append([what.replace("_", " "), *values, unit])
    return lines


def as_text(ring: Ring) -> str:
    """The table for the terminal."""
    lines = cells(ring)
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = [f"{ring.title}", f"  ({ring.note})"]
    for line in lines:
        first, *middle, last = line
        right = "  ".join(cell.rjust(width) for cell, width in zip(middle, widths[1:-1]))
        text.append(f"  {first.ljust(widths[0])}  {right}  {last}".rstrip())
    return "\n".join(text)
