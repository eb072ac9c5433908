# SPDX-License-Identifier: MIT
"""Rows as tables: one line for each thing that was measured, one column for each method."""

from bench.report.rows import Ring, Row

METHODS = ("offset", "recursive", "generic", "temporary", "second")


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


def number(value: float | None) -> str:
    """Short and exact enough: bytes and large counts are grouped."""
    if value is None:
        return ""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}"


def cells(ring: Ring) -> list[list[str]]:
    """The ring's table, with its heading: by method, or with limits where there are any."""
    if any(row.limit is not None for row in ring.rows):
        heading = ["", "median", "min", "limit", "ratio", "target", ""]
        return [heading] + [
            [row.name, *map(number, (row.value, row.min, row.limit, row.ratio, row.target)), row.unit]
            for row in ring.rows
        ]
    methods, table = by_method(ring.rows)
    lines = [["", *methods, ""]]
    for what, line in table.items():
        unit = next(iter(line.values())).unit
        values = [number(line[m].value) if m in line else "-" for m in methods]
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
