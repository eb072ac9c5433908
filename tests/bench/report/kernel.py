# SPDX-License-Identifier: MIT
"""The in-kernel benchmark: booted under -icount, or read from a log of the reader's own machine."""

import re
from pathlib import Path

from bench.report.rows import Ring, Row
from harness.build import Build, Builder, Iso
from harness.qemu import PASSED_STATUS, Qemu

GCC_DEFAULT = Build("gcc", "defconfig")
LINE = re.compile(r"\bbench (\S+) operations=\d+ per_operation=([\d.]+) with_call=[\d.]+$")
FAILED = re.compile(r"\bbench (\S+) failed: (.*)$")


class BenchFailed(Exception):
    pass


# The ring's file, and QEMU's name for the CPU.
MACHINES = {
    "kernel-4-levels": "max,la57=off",
    "kernel-5-levels": "max",
    "kernel-4-levels-no-1g": "max,la57=off,pdpe1gb=off",
    "kernel-5-levels-no-1g": "max,pdpe1gb=off",
}


def parse_log(log: str, unit: str) -> list[Row]:
    """The rows of a serial log. A benchmark that failed, or none at all, is an error."""
    lines = [line.strip() for line in log.splitlines()]
    failed = [f"{m[1]}: {m[2]}" for m in map(FAILED.search, lines) if m]
    if failed:
        raise BenchFailed("\n".join(failed))
    rows = [Row(m[1], unit, float(m[2])) for m in map(LINE.search, lines) if m]
    if not rows:
        raise BenchFailed("the log has no line of a benchmark (boot the entry \"benchmarks\")")
    return rows


def title_of(file: str) -> str:
    levels = "4 levels" if "4-levels" in file else "5 levels"
    return f"In the kernel, {levels}, {'without' if 'no-1g' in file else 'with'} 1 GiB pages"


def boot(builder: Builder, folder: Path, file: str, glob: str = "") -> Ring:
    """Boots the benchmark under -icount: every figure is the same each time."""
    command_line = f"bench={glob}" if glob else "bench"
    iso = builder.iso(GCC_DEFAULT, Iso("bench", f"{command_line} exit=isa-debug"))
    folder.mkdir(parents=True, exist_ok=True)
    machine = ["-icount", "shift=0,sleep=off", "-cpu", MACHINES[file], "-m", "128M"]
    with Qemu(folder, *machine, "-cdrom", str(iso)) as qemu:
        status = qemu.wait()
    rows = parse_log(qemu.serial(), "instructions")
    if status != PASSED_STATUS:
        raise BenchFailed(f"{file}: QEMU ended with {status}; see {qemu.serial_log}")
    return Ring(file, title_of(file), "QEMU -icount: instructions, exact and repeatable", rows)


def read_log(path: Path) -> Ring:
    rows = parse_log(path.read_text(errors="replace"), "TSC ticks")
    return Ring(
        "own-machine",
        f"On your own machine, from {path.name}",
        "the time-stamp counter of that machine: ticks, with all that disturbs it",
        rows,
    )
