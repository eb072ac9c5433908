# SPDX-License-Identifier: MIT
"""The in-kernel benchmark: booted under -icount, or read from a log of the reader's own machine."""

from pathlib import Path

from bench.report.abilities import NO_FRAME
from bench.report.log import BenchFailed, parse
from bench.report.rows import Ring, Row
from harness.build import Build, Builder, Iso
from harness.qemu import EMULATED, PASSED_STATUS, Qemu

GCC_DEFAULT = Build("gcc", "defconfig")
# The ring's file, and QEMU's name for the CPU.
MACHINES = {
    "kernel-4-levels": "max,la57=off",
    "kernel-5-levels": "max",
    "kernel-4-levels-no-1g": "max,la57=off,pdpe1gb=off",
    "kernel-5-levels-no-1g": "max,pdpe1gb=off",
}


def with_cannot(rows: list[Row]) -> list[Row]:
    """A method that cannot do what others are measured at has a row that says so."""
    return [*rows, NO_FRAME] if any(row.name == "offset.read_frame" for row in rows) else rows


def title_of(file: str) -> str:
    levels = "4 levels" if "4-levels" in file else "5 levels"
    return f"In the kernel, {levels}, {'without' if 'no-1g' in file else 'with'} 1 GiB pages"


def boot(builder: Builder, folder: Path, file: str, glob: str = "") -> Ring:
    """Boots the benchmark under -icount: every figure is the same each time."""
    command_line = f"bench={glob}" if glob else "bench"
    iso = builder.iso(GCC_DEFAULT, Iso("bench", f"{command_line} exit=isa-debug"))
    folder.mkdir(parents=True, exist_ok=True)
    machine = ["-icount", "shift=0,sleep=off", "-cpu", MACHINES[file], "-m", "128M"]
    with Qemu(folder, *machine, "-cdrom", str(iso), expects=[EMULATED]) as qemu:
        status = qemu.wait()
    log = parse(qemu.serial(), "instructions")
    if status != PASSED_STATUS or log.lost() != 0:
        raise BenchFailed(f"{file}: QEMU ended with {status}; see {qemu.serial_log}")
    return Ring(file, title_of(file), "QEMU -icount: instructions, exact and repeatable", with_cannot(log.rows))


def read_log(path: Path) -> Ring:
    """The ring of the reader's own machine."""
    log = parse(path.read_text(errors="replace"), "TSC ticks")
    note = [f"from {path.name}", f"{log.about.get('levels', '?')} levels", log.clock(), "with all that disturbs it"]
    if log.is_emulated():
        note.append("EMULATED: these ticks are no times, and compare with nothing")
    if log.lost() is None:
        note.append("the log is cut off before its end")
    elif log.lost():
        note.append(f"{log.lost()} rows are missing, or garbled")
    return Ring("own-machine", f"On your own machine: {log.machine()}", "; ".join(note), with_cannot(log.rows))
