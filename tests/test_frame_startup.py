# SPDX-License-Identifier: MIT
"""What the frame allocator costs at start: instructions, and RAM touched, on small and huge machines.

Run alone, with the figures printed: python3 -m pytest tests/test_frame_startup.py -s
"""

import os
import re
from pathlib import Path

import pytest

from harness.build import Build, Builder, Iso
from harness.qemu import Qemu

MIB = 1 << 20
TIB = 1 << 40
SMALL = 128 * MIB

INSTRUCTIONS_TARGET = 4  # times those at 128 MiB, at 16 TiB
TOUCHED_TARGET = 4 * MIB  # more than at 128 MiB, at 15 TiB

CPU = "max,vendor=GenuineIntel,phys-bits=52"
BUILD = Build("gcc", "defconfig")
READY = re.compile(r"frames: .*, (\d+) frames in (\d+) ranges, ready after (\d+) ticks")


def boot(iso: Path, folder: Path, backend: str, memory: int, *arguments: str) -> re.Match[str]:
    """Boots without self-tests; 1 GiB pages, and as many address bits as it takes."""
    folder.mkdir(exist_ok=True)
    machine = [
        *("-machine", "q35,memory-backend=ram", "-object", f"{backend},id=ram,size={memory}"),
        *("-m", f"{memory // MIB}M", "-cpu", CPU, "-cdrom", str(iso)),
    ]
    with Qemu(folder, *machine, *arguments) as qemu:
        qemu.wait()
        ready = READY.search(qemu.serial())
        assert ready, f"no line of the allocator: {qemu.said()}"
    return ready


@pytest.fixture
def iso(builder: Builder) -> Path:
    return builder.iso(BUILD, Iso("frame-startup", "exit=isa-debug"))


def test_instructions(iso: Path, folder: Path) -> None:
    """The TSC counts instructions with -icount, the same in each run."""
    ticks = {}
    for memory in (SMALL, 16 * TIB):
        backend = "memory-backend-ram,reserve=off"
        ready = boot(iso, folder / str(memory), backend, memory, "-icount", "shift=0,sleep=off")
        ticks[memory] = int(ready[3])
        print(f"\n{memory >> 20} MiB: {ready[1]} frames, {ready[2]} ranges, {ready[3]} instructions")
        assert int(ready[1]) * 4096 > memory * 0.99 - 4 * MIB
    assert ticks[16 * TIB] <= INSTRUCTIONS_TARGET * ticks[SMALL]


def touched(iso: Path, folder: Path, memory: int) -> int:
    """Bytes of RAM that the guest, firmware and GRUB included, has touched: blocks of a sparse file."""
    folder.mkdir(exist_ok=True)
    file = folder / "ram"
    with file.open("wb") as ram:
        ram.truncate(memory)
    try:
        boot(iso, folder, f"memory-backend-file,mem-path={file},share=on,reserve=off", memory)
        os.sync()
        return file.stat().st_blocks * 512
    finally:
        file.unlink()


def test_touched(iso: Path, folder: Path) -> None:
    small = touched(iso, folder / "small", SMALL)
    large = touched(iso, folder / "large", 15 * TIB)
    print(f"\n128 MiB: {small >> 10} KiB touched; 15 TiB: {large >> 10} KiB")
    assert large - small <= TOUCHED_TARGET
