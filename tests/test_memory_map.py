# SPDX-License-Identifier: MIT
"""docs/memory-map.md is what the kernel says of its address space."""

import re
from pathlib import Path

from boot.machines import ALL_FEATURES, NO_LA57
from harness.build import TOP, Build, Builder, Iso
from harness.qemu import Qemu

LOGGED = re.compile(r"^  (\w{16}) +(\S+ \S+) ([-r][-w][-x][-g]) (.+)$", re.MULTILINE)
SHOWN = re.compile(r"^\| *\d* *\| *(\S+) *\| *(.+?) *\| *([-rwxg]{4}) *\| *(.+?) *\|$", re.MULTILINE)
DEPENDS_ON_THE_BUILD = "…"

Row = tuple[str, str, str, str]  # start, size, rights, name


def rows_shown() -> list[Row]:
    text = (TOP / "docs/memory-map.md").read_text()
    return [(start.strip("`"), *rest) for start, *rest in SHOWN.findall(text)]


def rows_logged(iso: Path, folder: Path, cpu: str) -> list[Row]:
    with Qemu(folder, "-m", "128M", "-cpu", cpu, "-cdrom", str(iso)) as qemu:
        qemu.wait()
        return LOGGED.findall(qemu.serial().replace("\r", ""))


def without_builds_own(shown: Row, logged: Row) -> Row:
    """What was logged, with dots where the document has them."""
    pairs = zip(shown, logged, strict=True)
    return tuple(mine if mine == DEPENDS_ON_THE_BUILD else theirs for mine, theirs in pairs)


def compare(shown: list[Row], logged: list[Row]) -> None:
    assert [row[3] for row in logged] == [row[3] for row in shown]
    assert [without_builds_own(*pair) for pair in zip(shown, logged, strict=True)] == shown


def test_memory_map_4_levels(builder: Builder, folder: Path) -> None:
    iso = builder.iso(Build("gcc", "defconfig"), Iso("memory-map", "exit=isa-debug"))
    shown = [row for row in rows_shown() if row[1] != "256 TiB"]
    compare(shown, rows_logged(iso, folder, NO_LA57))


def test_memory_map_5_levels(builder: Builder, folder: Path) -> None:
    """The windows move to the front; all else is the same."""
    iso = builder.iso(Build("gcc", "defconfig"), Iso("memory-map", "exit=isa-debug"))
    windows = [row for row in rows_shown() if row[1] == "256 TiB"]
    others = [row for row in rows_shown() if "table window" not in row[3]]
    assert len(windows) == 2
    compare(windows + others, rows_logged(iso, folder, ALL_FEATURES))
