# SPDX-License-Identifier: MIT
"""docs/answer.md: its figures, each in a row of a table that says where it comes from.

    | 3 | what it is, for people | `claims` `table_bytes_16_gib_1g` | 12 KiB | – | – | – |

The columns are COLUMNS; the figure of each is `method.what` of that ring, "–" where there is none.
"""

import re
from collections.abc import Iterator

from bench.report.rows import Ring
from bench.report.tables import by_method

COLUMNS = ("offset", "recursive", "generic", "temporary")
ROW = re.compile(r"^(\| \d+ \| .*? \| `(\S+)` `(\S+)` \|)(.*)\|$", re.MULTILINE)
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
        cells = [shown(line[m].figure, line[m].unit) if m in line else NONE for m in COLUMNS]
        yield match, cells


def agree(documented: str, measured: str, margin: float) -> bool:
    """Sizes and absences agree exactly, whatever the margin."""
    if documented == measured:
        return True
    if not margin or NONE in (documented, measured) or " " in measured:
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
    """The document with the rings' figures."""
    for match, cells in list(figures(document, rings)):
        document = document.replace(match[0], f"{match[1]} {' | '.join(cells)} |")
    return document
