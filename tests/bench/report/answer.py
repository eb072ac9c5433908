# SPDX-License-Identifier: MIT
"""docs/answer.md and docs/paging.md: their figures, each in a row of a table that says where it comes from.

    | 3 | what it is, for people | `claims` `table_bytes_16_gib_1g` | 12 KiB | – | – | – |

The columns are COLUMNS; the figure or text of each is `method.what` of that ring, "–" where there is none.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import asdict

from bench.report.rows import Ring, Row
from bench.report.tables import by_method

DOCUMENTS = ("docs/answer.md", "docs/paging.md")
COLUMNS = ("offset", "recursive", "generic", "temporary")
ROW = re.compile(r"^(\| (?:\d+|[a-z]) \| .*? \| `(\S+)` `(\S+)` \|)(.*)\|$", re.MULTILINE)
COUNT = re.compile(r"[\d,]+(\.\d+)?")
NONE = "–"
BYTES = ("B", "KiB", "MiB", "GiB", "TiB")


def shown(value: float, unit: str) -> str:
    """As it stands in the document: bytes in the largest unit that fits, counts grouped."""
    if unit != "bytes":
        return f"{value:,.0f}" if value >= 20 else f"{value:,.2f}".rstrip("0").rstrip(".")
    power = 0
    while value >= 1024 and power < len(BYTES) - 1:
        value, power = value / 1024, power + 1
    return f"{value:.1f}".removesuffix(".0") + f" {BYTES[power]}"


def cell(row: Row) -> str:
    return row.text or shown(row.figure, row.unit)


def figure(text: str) -> float:
    """The number in a cell, in bytes if it has such a unit."""
    number, _, unit = text.partition(" ")
    return float(number.replace(",", "")) * 1024 ** (BYTES.index(unit) if unit else 0)


def figures(document: str, rings: list[Ring]) -> Iterator[tuple[re.Match[str], list[str]]]:
    """Each row of the document whose ring is there, and what its cells should be."""
    tables = {ring.file: by_method(ring.rows)[1] for ring in rings}
    for match in ROW.finditer(document):
        if match[2] not in tables:
            continue
        line = tables[match[2]].get(match[3], {})
        cells = [cell(line[m]) if m in line else NONE for m in COLUMNS]
        yield match, cells


def agree(documented: str, measured: str, margin: float) -> bool:
    """Sizes, texts and absences agree exactly, whatever the margin."""
    if documented == measured:
        return True
    if not margin or not (COUNT.fullmatch(documented) and COUNT.fullmatch(measured)):
        return False
    return abs(figure(documented) - figure(measured)) <= margin * figure(measured)


def differences(document: str, rings: list[Ring], margin: float) -> list[str]:
    """What the document says otherwise than the rings; margin 0 for exactly."""
    wrong = []
    for match, measured in figures(document, rings):
        documented = [cell.strip() for cell in match[4].split("|")]
        pairs = zip(COLUMNS, documented, measured, strict=True)
        wrong += [
            f"{match[2]} {method}.{match[3]}: the document says {said}, measured: {is_}"
            for method, said, is_ in pairs
            if not agree(said, is_, margin)
        ]
        if set(measured) == {NONE}:
            wrong.append(f"{match[2]} {match[3]}: there is no such row")
    return wrong


def filled_in(document: str, rings: list[Ring]) -> str:
    """The document with the rings' figures, and what is derived from them."""
    for match, cells in list(figures(document, rings)):
        document = document.replace(match[0], f"{match[1]} {' | '.join(cells)} |")
    return derive(document)


# Wall-clock figures, from docs/answer-host.json, which names its machine: the least of the turns in ns, and the
# ratio to the limit loop.
#     | map a page | `map_4_kib_single` | 5.50 (0.95) | 5.42 (0.61) | 9.56 (1.72) |
TIMED = ("offset", "inline", "generic")
TIMED_ROW = re.compile(r"^(\| [^|`]+ \| `(\w+)` \|)(.*)\|$", re.MULTILINE)


def host_json(rows: list[Row], machine: str, compiler: str) -> str:
    """The rows of the methods that a host without an MMU can time."""
    kept = [asdict(row) for row in rows if row.name.partition(".")[0] in TIMED]
    lines = ",\n".join("  " + json.dumps({k: v for k, v in row.items() if v is not None}) for row in kept)
    return f'{{"machine": {json.dumps(machine)}, "compiler": {json.dumps(compiler)}, "rows": [\n{lines}\n]}}\n'


def with_times(document: str, committed: str) -> str:
    """The document with the wall-clock figures of the committed JSON."""
    table = {row["name"]: row for row in json.loads(committed)["rows"]}

    def line(match: re.Match[str]) -> str:
        rows = [table[f"{method}.{match[2]}"] for method in TIMED]
        return f"{match[1]} " + " | ".join(f"{row['min']:.2f} ({row['ratio']:.2f})" for row in rows) + " |"

    return TIMED_ROW.sub(line, document)


# What the prose says of the rows: the figure, then how it comes about, which no reader sees.
#     12 %<!-- more 4 recursive/offset -->     1.7 times<!-- times 8 recursive/offset -->
#     6 %<!-- within 1,2,3 recursive/offset -->     12 KiB<!-- cell 11 offset -->
DERIVED = re.compile(r"([\d.,]+(?:\s(?:%|times|[KMGT]?i?B\b))?)<!-- (\w+) ([\d,]+) ([\w/]+) -->")
# A comparison that does not say how it comes about.
UNBACKED = re.compile(r"[\d.,]+\s(?:%|times\b)(?!<!--)")


def cells_of(document: str) -> dict[str, dict[str, str]]:
    """Each numbered row's cells by method."""
    rows = re.findall(r"^\| (\d+) \| .*? \| `\S+` `\S+` \|(.*)\|$", document, re.MULTILINE)
    return {n: dict(zip(COLUMNS, (cell.strip() for cell in cells.split("|")))) for n, cells in rows}


def derived(how: str, numbers: str, methods: str, cells: dict[str, dict[str, str]]) -> str:
    """What the prose should say."""
    rows = [cells[n] for n in numbers.split(",")]
    if how == "cell":
        return rows[0][methods]
    one, other = methods.split("/")
    ratios = [figure(row[one]) / figure(row[other]) for row in rows]
    if how == "within":
        return f"{math.ceil(100 * max(abs(ratio - 1) for ratio in ratios) - 1e-9)} %"
    if how == "more":
        return f"{100 * (ratios[0] - 1):.0f} %"
    if how == "times":
        return f"{ratios[0]:.1f} times"
    raise ValueError(f"{how}: not more, times, within or cell")


def derive(document: str) -> str:
    """The document with what its prose derives from its own rows."""
    cells = cells_of(document)
    say = lambda m: f"{derived(m[2], m[3], m[4], cells)}<!-- {m[2]} {m[3]} {m[4]} -->"  # noqa: E731
    return DERIVED.sub(say, document)
