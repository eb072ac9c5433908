# SPDX-License-Identifier: MIT
"""gdb's walk and maps (scripts/gdb/mercator.py), checked against what QEMU's own walker sees."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.build import TOP, Build, Builder, Iso
from harness.qemu import Qemu

BUILD = Build("gcc", "defconfig")
PLAIN = Iso("qemu-plain", "")  # no self-tests: the kernel comes to its end, and stays there
MULTIBOOT2_LOADER_MAGIC = 0x36D76289
SIZES = {"bytes": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40, "PiB": 50}

# 5 levels; 4 levels; 4 levels without 1 GiB pages.
CPUS = ["max", "max,la57=off", "qemu64"]
LEVELS = {"max": 5, "max,la57=off": 4, "qemu64": 4}


@dataclass(frozen=True)
class Range:
    start: int
    end: int
    rights: str
    page: int  # bytes; 0 for tables
    physical: int | None  # None: scattered
    name: str


RANGE = re.compile(
    r"0x([0-9a-f]+)-0x([0-9a-f]+) +(\d+ \w+) ([r-][w-][x-][u-][g-])(?: pat\d)? +(\d+ \w+|-)"
    r" (?:at 0x([0-9a-f]+)|scattered) *(.*)"
)


def size(text: str) -> int:
    number, unit = text.split()
    return int(number) << SIZES[unit]


def parse_maps(text: str) -> list[Range]:
    ranges = []
    for line in text.strip().splitlines()[1:]:
        start, end, length, rights, page, physical, name = RANGE.fullmatch(line).groups()
        place = None if physical is None else int(physical, 16)
        pages = 0 if page == "-" else size(page)
        ranges.append(Range(int(start, 16), int(end, 16), rights, pages, place, name))
        assert int(end, 16) - int(start, 16) == size(length), line
    return ranges


class Session:
    """A QEMU that waits at reset for a gdb to come once, and goes on when it has left."""

    def __init__(self, qemu: Qemu, folder: Path, elf: Path, socket: Path) -> None:
        self.qemu, self.folder, self.elf, self.socket = qemu, folder, elf, socket

    def run(self, *commands: str) -> dict[str, str]:
        """Runs the commands; returns what each of them printed, errors included."""
        gdb = shutil.which("gdb") or shutil.which("gdb-multiarch")
        assert gdb, "no gdb found"
        line = [gdb, "-q", "-nx", "-batch", "-ex", f"target remote {self.socket}"]
        line += ["-x", str(TOP / "scripts/gdb/mercator.py")]
        for command in (*commands, "detach"):
            line += ["-ex", f"echo \\n== {command}\\n", "-ex", command]
        done = subprocess.run(
            [*line, str(self.elf)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        (self.folder / "gdb.log").write_text(done.stdout)
        parts = re.split(r"\n== (.*)\n", done.stdout)
        return dict(zip(parts[1::2], parts[2::2]))

    def monitor(self, command: str) -> str:
        """What QEMU's own monitor says."""
        return self.qemu.qmp("human-monitor-command", **{"command-line": command})


@contextmanager
def session(builder: Builder, folder: Path, cpu: str) -> Iterator[Session]:
    iso = builder.iso(BUILD, PLAIN)
    # A socket's path has to be short.
    with tempfile.TemporaryDirectory() as private:
        socket = Path(private) / "gdb"
        arguments = ["-m", "128M", "-cpu", cpu, "-cdrom", str(iso), "-S", "-gdb", "chardev:gdb"]
        arguments += ["-chardev", f"socket,id=gdb,path={socket},server=on,wait=off"]
        with Qemu(folder, *arguments) as qemu:
            qemu.until("socket for gdb", socket.exists)
            yield Session(qemu, folder, builder.out(BUILD) / "mercator.elf", socket)


def constant(builder: Builder, name: str) -> int:
    builder.iso(BUILD, PLAIN)
    text = (builder.out(BUILD) / "include/generated/constants.h").read_text()
    return int(re.search(rf"^#define {name} (-?\d+)$", text, re.MULTILINE)[1]) & (2**64 - 1)


TO_THE_END = ("hbreak monitor_prompt", "continue")


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1].strip()


@pytest.mark.parametrize("cpu", CPUS)
def test_walk_ends_where_qemu_says(builder: Builder, folder: Path, cpu: str) -> None:
    physmap = hex(constant(builder, "PHYSMAP_BASE") + 0x2345678)
    rights = {"kernel_main": "r-x", "&boot_handover": "rw-", "&ring": "rw-", physmap: "rw-"}
    walks = {address: f"walk {address}" for address in rights}
    asks = {a: f"print/x (unsigned long)({a})" for a in rights}
    with session(builder, folder, cpu) as gdb:
        said = gdb.run(*TO_THE_END, *walks.values(), *asks.values())
        answers = {a: gdb.monitor("gva2gpa " + said[asks[a]].split("= ")[1]) for a in rights}
    for address, right in rights.items():
        physical = re.search(r"gpa: (0x[0-9a-f]+)", answers[address])[1]
        walk = said[walks[address]]
        assert last_line(walk) == f"-> physical {physical} {right}"
        names = re.findall(r"^  (P\w+) *\[ *\d+\] [0-9a-f]{16} ", walk, re.MULTILINE)
        assert names == ["PML5", "PML4", "PDPT", "PD", "PT"][5 - LEVELS[cpu] :][: len(names)]
        assert names[-1] == ("PT" if address != physmap else "PD")  # no GiB of it is all RAM
    assert f"{LEVELS[cpu]} levels" in said["walk kernel_main"]


def test_walk_to_nowhere(builder: Builder, folder: Path) -> None:
    with session(builder, folder, "max") as gdb:
        said = gdb.run(*TO_THE_END, "walk boot_stacks", "walk 0", "walk 0x8000000000000000", "walk")
    assert last_line(said["walk boot_stacks"]) == "-> not mapped"  # the guard page
    assert re.search(r"PT +\[ *\d+\] \w{16} not present, a marker", said["walk boot_stacks"])
    assert last_line(said["walk 0"]) == "-> not mapped"  # the identity map is gone
    assert last_line(said["walk 0x8000000000000000"]) == "not canonical"
    assert "arguments" in said["walk"]


@pytest.mark.parametrize("cpu", CPUS)
def test_in_the_stub(builder: Builder, folder: Path, cpu: str) -> None:
    """Paging is off, but the tables are there: they can be read by naming the root."""
    base = constant(builder, "KERNEL_BASE")
    levels = LEVELS[cpu]
    root = f"(unsigned)&boot_pml{levels}-(unsigned){base:#x}"
    with session(builder, folder, cpu) as gdb:
        said = gdb.run(
            # GRUB's own code has been at the same address
            f"hbreak boot_entry if $eax == {MULTIBOOT2_LOADER_MAGIC:#x}",
            "continue",
            "walk 0",
            "maps",
            "hbreak enable_long_mode",
            "continue ",
            f"walk kernel_main {root} {levels}",
            f"walk &boot_start {root} {levels}",
            f"maps {root} {levels}",
            "print/x (unsigned long)&kernel_main",
            "info registers cr0",
        )
    assert "PG" not in said["info registers cr0"]
    assert "paging is off" in said["walk 0"]
    assert "paging is off" in said["maps"]
    kernel_main = int(said["print/x (unsigned long)&kernel_main"].split("= ")[1], 16)
    physical = hex(kernel_main - base)
    assert last_line(said[f"walk kernel_main {root} {levels}"]) == f"-> physical {physical} r-x"
    assert last_line(said[f"walk &boot_start {root} {levels}"]) == "-> physical 0x100000 r-x"
    ranges = parse_maps(said[f"maps {root} {levels}"])
    assert [r.start for r in ranges if r.name == "stub, identity"] == [0x100000]


# What `info tlb` says of a leaf: the leaf's own flags, not what the levels above leave of them. No
# table entry of the kernel's restricts anything, so the two are the same outside of the window.
LEAF = re.compile(
    r"^([0-9a-f]{16}): ([0-9a-f]{16}) ([X-])([G-])[P-][D-][A-][C-][T-]([U-])([W-])$", re.MULTILINE
)


def qemu_leaves(text: str) -> dict[int, tuple[int, str]]:
    """Each leaf's virtual address, with its physical address and rights."""
    leaves = {}
    for virtual, physical, nx, is_global, user, write in LEAF.findall(text.replace("\r", "")):
        rights = "r" + ("w" if write == "W" else "-") + ("-" if nx == "X" else "x")
        rights += ("u" if user == "U" else "-") + ("g" if is_global == "G" else "-")
        leaves[int(virtual, 16)] = int(physical, 16), rights
    return leaves


@pytest.mark.parametrize("cpu", CPUS)
def test_maps_are_what_qemu_sees(builder: Builder, folder: Path, cpu: str) -> None:
    with session(builder, folder, cpu) as gdb:
        said = gdb.run(*TO_THE_END, "maps")
        seen = qemu_leaves(gdb.monitor("info tlb"))
    ranges = parse_maps(said["maps"])
    assert f"{LEVELS[cpu]} levels" in said["maps"]

    # The window is one range, wherever it is; QEMU follows it and shows every table in it.
    windows = [r for r in ranges if not r.page]
    assert [r.name for r in windows] == ["tables"]
    outside = {a: s for a, s in seen.items() if not any(w.start <= a < w.end for w in windows)}
    assert len(seen) > len(outside) > 0

    ours = {
        address: (None if r.physical is None else r.physical + address - r.start, r.rights)
        for r in ranges
        if r.page
        for address in range(r.start, r.end, r.page)
    }
    assert ours == {a: (p if ours.get(a, (0,))[0] is not None else None, s) for a, (p, s) in outside.items()}

    # Ordered, and merged wherever they could be.
    for one, next_one in zip(ranges, ranges[1:]):
        assert one.end <= next_one.start
        sorts = [(r.rights, r.page) for r in (one, next_one)]
        assert one.end < next_one.start or sorts[0] != sorts[1]
    named = {r.name for r in ranges}
    assert named >= {"physmap", "tables", "kernel text", "kernel rodata", "kernel data"}
