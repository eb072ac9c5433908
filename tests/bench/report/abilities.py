# SPDX-License-Identifier: MIT
"""What each method can do and cannot, and which page-table formats permit it: answers that are no figures.

Recursion needs a format in which an entry that points at a table also reads as a leaf of the lowest
level: then a walk that takes the slot once ends one table early. That is worked out here from the
formats' bits; the other methods ask nothing of the format.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bench.report.rows import Ring, Row

METHODS = ("offset", "recursive", "generic", "temporary")

# In the order of METHODS. Where the tests show it: tests/mm/space_test.c (other spaces),
# physmap_test.c and space_hardware_test.c (what is reachable), mapper_generic_test.c (brief pointers).
ABILITIES = {
    "another_space": ("yes", "only by a second slot", "yes", "yes"),
    "any_frame": ("yes", "cannot", "if the function knows it", "yes"),
    "unlinked_table": ("yes", "cannot: takes the temporary page", "if the function knows it", "yes"),
    "ram_kept_unreachable": ("cannot", "all but the start of large pages", "as the function has it", "yes"),
    "two_tables_at_once": ("yes", "yes", "as the function has it", "cannot"),
}


@dataclass(frozen=True)
class Format:
    """Entries without their addresses: one that points at a table, and what a leaf of level 1 looks like."""

    name: str
    table: int
    is_lowest_leaf: Callable[[int], bool]


FORMATS = (
    # SDM 3A, 4.5: P, and any; bit 7 of a PT entry is PAT.
    Format("x86_64_4_levels", 0b000011, lambda entry: bool(entry & 1)),
    Format("x86_64_5_levels", 0b000011, lambda entry: bool(entry & 1)),
    # SDM 3A, 4.3: the same, without PAE.
    Format("x86_2_levels", 0b000011, lambda entry: bool(entry & 1)),
    # Arm ARM, D8.3: a table descriptor and a level 3 page descriptor both end in 0b11.
    Format("armv8_4_kib", 0b11, lambda entry: entry & 0b11 == 0b11),
    # Privileged Architecture, "Sv39": V with R, W and X clear points at a table; a leaf has R or X.
    Format("risc_v_sv39", 0b0001, lambda entry: bool(entry & 1) and bool(entry & 0b1010)),
)


def permits_recursion(format: Format) -> bool:
    return format.is_lowest_leaf(format.table)


def rows() -> list[Row]:
    found = [
        Row(f"{method}.{what}", "text", text=text)
        for what, answers in ABILITIES.items()
        for method, text in zip(METHODS, answers, strict=True)
    ]
    for format in FORMATS:
        for method in METHODS:
            can = method != "recursive" or permits_recursion(format)
            text = "yes" if can else "cannot"
            found.append(Row(f"{method}.format_{format.name}", "text", text=text))
    return found


def ring() -> Ring:
    note = "answers that are no figures; format_*: page-table formats that permit the method"
    return Ring("abilities", "What each method can do, and cannot", note, rows())


# Where a figure cannot be, beside those of the other methods.
NO_FRAME = Row("recursive.read_frame", "text", text="cannot")


def with_generic(claims: list[Row]) -> list[Row]:
    """What is claimed of the map holds for the generic method if its function knows such a map: said in
    its row, where nothing was counted."""
    names = {row.name for row in claims}
    wanted = [f"generic.{row.name.removeprefix('offset.')}" for row in claims if row.name.startswith("offset.")]
    return claims + [Row(name, "text", text="as its map") for name in wanted if name not in names]
