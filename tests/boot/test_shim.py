# SPDX-License-Identifier: MIT
"""What GRUB never does: wrong magic numbers, broken boot information, a machine handed over dirty."""

import re
from pathlib import Path

import pytest

from boot.shim import shim
from boot.shim.shim import (
    MEMORY_MAP,
    MEMORY_MIB,
    USABLE,
    cmdline_tag,
    information,
    memory_map_tag,
    tag,
)
from harness.build import Build, Builder
from harness.qemu import PASSED_STATUS, Qemu
from harness.report import KernelTests

SELFTEST = cmdline_tag("selftest exit=isa-debug")
FEW = cmdline_tag("selftest=memory.* exit=isa-debug")


@pytest.fixture
def boot(builder: Builder, folder: Path):
    """Boots the default build through the shim."""
    build = Build("gcc", "defconfig")
    kernel = builder.target(build, "mercator.elf")
    program = builder.target(build, "shim.bin")

    def start(info: bytes, **values: object) -> Qemu:
        return shim.boot(folder, program, kernel, info, **values)

    return start


def judge(qemu: Qemu, kernel_tests: KernelTests) -> None:
    with qemu:
        status = qemu.wait()
    wrong = [] if status == PASSED_STATUS else [f"exit status {status}"]
    kernel_tests.judge(qemu.serial(), "serial log", wrong)


def test_shim_boots(boot, kernel_tests: KernelTests):
    judge(boot(information(FEW, memory_map_tag())), kernel_tests)


@pytest.mark.parametrize("cpu", ["max", "qemu64", "EPYC"])
def test_dirty_machine(boot, kernel_tests: KernelTests, cpu: str):
    """.bss not zeroed, odd control registers, PAT, flags and stacks, GDTR and IDTR in nowhere."""
    judge(boot(information(SELFTEST, memory_map_tag()), dirty=True, cpu=cpu), kernel_tests)


def test_tags_in_another_order(boot, kernel_tests: KernelTests):
    unknown = tag(0x1234, b"what is this")
    judge(boot(information(unknown, memory_map_tag(), unknown, FEW)), kernel_tests)


@pytest.mark.parametrize("magic", [0, shim.MULTIBOOT1_MAGIC, 0x36D76288], ids=hex)
def test_not_multiboot2(boot, magic: int):
    sentence = "Mercator: not loaded by Multiboot2"
    with boot(information(SELFTEST, memory_map_tag()), magic=magic) as qemu:
        assert qemu.until_serial(f"{sentence}.*Stopped")
        qemu.until("sentence on the screen", lambda: sentence in qemu.vga_text())


def test_thousands_of_ranges(boot, kernel_tests: KernelTests):
    """Of thousands of ranges with holes between them, all is usable but for what describes it."""
    entries, start, frames = list(MEMORY_MAP[:1]), 0x100000, 0
    while len(entries) < 3000:
        size = 16 << 20 if len(entries) == 1 else (3 + len(entries) % 5) << 12
        entries.append((start, size, USABLE))
        frames += size >> 12
        start += size + 0x1000
    assert start < MEMORY_MIB << 20
    qemu = boot(information(cmdline_tag("selftest=frame* exit=isa-debug"), memory_map_tag(entries)))
    judge(qemu, kernel_tests)
    found = re.search(r"memory: .* usable, (\d+) frames in (\d+) ranges", qemu.serial())
    free = re.search(r"frames: .* free, (\d+) frames in (\d+) ranges", qemu.serial())
    assert int(found[2]) >= len(entries) - 1
    # The image, and the low frames that the boot information and the memory map are in.
    assert int(found[1]) > frames - (5 << 20 >> 12)
    metadata = (int(free[2]) * 64 + int(found[1]) * 1.13 / 8) / 4096
    page_tables = 128
    assert int(free[1]) >= int(found[1]) - metadata - page_tables


def test_total_size_beyond_the_tags(boot, kernel_tests):
    """Where the tags end is what counts: all that is promised behind would be all of memory."""
    judge(boot(information(memory_map_tag(), FEW, total_size=0x7FFFFFF0)), kernel_tests)


BROKEN = {
    "total size 7": (information(memory_map_tag(), total_size=7), r"at offset 0: .*total size"),
    "a tag of size 4": (
        information(memory_map_tag(), tag(21, size=4)),
        r"in tag 21 at offset 76: .*smaller than its header",
    ),
    "a tag that leaves": (
        information(memory_map_tag(), tag(21, size=0xFFFFFFFF)),
        r"in tag 21 at offset 76: .*leaves the structure",
    ),
    "no memory map": (information(SELFTEST), r"in tag 6 at offset \d+: .*no memory map"),
    "an empty memory map": (information(memory_map_tag([])), r"in tag 6 at offset \d+: .*empty"),
    "no end tag": (information(memory_map_tag(), end=b""), r"at offset 72: no end tag"),
}


@pytest.mark.parametrize("info, error", BROKEN.values(), ids=BROKEN.keys())
def test_broken_information(boot, info: bytes, error: str):
    with boot(info, expects=["panic: boot information: "]) as qemu:
        line = qemu.until_serial(r"panic: boot information: .*\n")[0]
        assert re.search(error, line), line
        assert "KTAP" not in qemu.serial()
