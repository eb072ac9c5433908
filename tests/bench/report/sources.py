# SPDX-License-Identifier: MIT
"""What a method costs those who write and use it: lines of code of its own, and rules to know."""

import re

from bench.report.rows import Ring, Row
from harness.build import TOP

# Files that are there for one method only. The walker's parts are everybody's.
OWN_FILES = {
    "offset": ["mm/pagetable/access/offset.c", "mm/physmap.c", "mm/physmap_map.c", "mm/include/mercator/physmap.h"],
    "recursive": ["mm/pagetable/access/recursive.c", "mm/pagetable/window.h", "mm/pagetable/window.c"]
    + ["mm/include/mercator/recursive.h", "mm/temp_page.c", "mm/include/mercator/temp_page.h"],
    "second": ["mm/pagetable/access/second.c", "mm/pagetable/second_slot.c", "mm/pagetable/second_slot.h"],
    "generic": ["mm/pagetable/access/generic.c"],
    "temporary": ["mm/temp_page.c", "mm/include/mercator/temp_page.h"],
}

HEADINGS = {method: f"### {method.capitalize()}" for method in ("offset", "recursive", "generic", "temporary")}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# The functions in which a method passes itself to the walker: the same in each, so nobody wrote them for one.
INSTANCE = re.compile(r"^int \w+_[45]\(.*?^}\n", re.DOTALL | re.MULTILINE)


def lines_of_code(text: str) -> int:
    """Lines that are neither blank nor only comment."""
    return sum(bool(line.strip()) for line in INSTANCE.sub("", COMMENT.sub("", text)).splitlines())


def rules(document: str, heading: str) -> int:
    """The items of the list below "Its user must know:" in a section; none if there is no list."""
    section = document.split(f"\n{heading}", 1)[1].split("\n##", 1)[0]
    if "must know:*" not in section:
        return 0
    return len(re.findall(r"^- ", section.split("must know:*", 1)[1], re.MULTILINE))


def count() -> Ring:
    document = (TOP / "docs/paging.md").read_text()
    ring = Ring("sources", "Code and rules", "lines without comments and blanks; rules of docs/paging.md")
    for method, files in OWN_FILES.items():
        count = sum(lines_of_code((TOP / file).read_text()) for file in files)
        ring.rows.append(Row(f"{method}.lines_of_code", "lines", count))
    lines = ring.values()
    for method, with_other in (("offset", ""), ("recursive", "second"), ("generic", "")):
        total = lines[f"{method}.lines_of_code"] + lines.get(f"{with_other}.lines_of_code", 0)
        ring.rows.append(Row(f"{method}.lines_of_code_all_spaces", "lines", total))
    for method, heading in HEADINGS.items():
        ring.rows.append(Row(f"{method}.rules", "rules", rules(document, heading)))
    return ring
