# SPDX-License-Identifier: MIT
"""Firmware and loaders that are wrong: about what is RAM, about the screen, about what nobody needs."""

import re
import struct
from pathlib import Path

import pytest

from boot.shim import shim
from boot.shim.shim import USABLE, cmdline_tag, information, memory_map_tag, tag
from harness.build import Build, Builder
from harness.font import Font
from harness.qemu import PASSED_STATUS, Qemu
from harness.report import KernelTests
from harness.screen import Picture

DEFAULT = Build("gcc", "defconfig")
RECURSIVE = Build("gcc", "recursive_defconfig")  # no physical map

TAG_LOADER_NAME = 2
TAG_MODULE = 3
TAG_BASIC_MEMORY = 4
TAG_FRAMEBUFFER = 8
TAG_ELF_SECTIONS = 9
TAG_RSDP_OLD = 14
TAG_RSDP_NEW = 15

INDEXED, RGB, TEXT = range(3)
COLOURS = bytes([16, 8, 8, 8, 0, 8])  # red, green, blue: position and size
WIDTH, HEIGHT, PITCH = 1024, 768, 4096

HIGH = (0x100000, 0x7E00000, USABLE)


def framebuffer_tag(
    address: int,
    pitch: int = PITCH,
    width: int = WIDTH,
    height: int = HEIGHT,
    bits: int = 32,
    kind: int = RGB,
    colours: bytes = COLOURS,
) -> bytes:
    fields = struct.pack("<QIIIBBH", address, pitch, width, height, bits, kind, 0)
    return tag(TAG_FRAMEBUFFER, fields + colours)


def boot(builder: Builder, build: Build, folder: Path, info: bytes, *expects: str) -> Qemu:
    program = builder.target(build, "shim.bin")
    return shim.boot(folder, program, builder.target(build, "mercator.elf"), info, expects=expects)


def test_video_memory_called_ram(builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    """Nothing of 640 KiB to 1 MiB is handed out; the text screen that lies there can be mapped."""
    screen = framebuffer_tag(0xB8000, 160, 80, 25, 16, TEXT, b"")
    memory_map = memory_map_tag([(0, 0x100000, USABLE), HIGH])
    with boot(builder, DEFAULT, folder, information(cmdline_tag("selftest=memory.*"), screen, memory_map)) as qemu:
        qemu.until_serial("mercator>")
        assert re.search(r"PASSED: all \d+ self-tests", qemu.vga_text())
    kernel_tests.judge(qemu.serial(), "serial log")
    assert "warning: screen" not in qemu.serial()


def test_no_page_of_video_memory(builder: Builder, folder: Path) -> None:
    """What `alloc` gives holds what is written to it."""
    commands = 'run="alloc 64K; map 0x40000000 last; poke 0x40000000 0x1234; peek 0x40000000"'
    entries = [(0, 0x8000, USABLE), (0xC0000, 0x10000, USABLE), HIGH]
    info = information(cmdline_tag(f"exit=isa-debug {commands}"), memory_map_tag(entries))
    with boot(builder, DEFAULT, folder, info) as qemu:
        assert qemu.wait() == PASSED_STATUS
    assert len(re.findall(r"^0000000040000000 +0*1234\r?$", qemu.serial(), re.MULTILINE)) == 2


@pytest.mark.parametrize("address", [0xD10000, 0x1000000], ids=hex)
@pytest.mark.parametrize("build", [DEFAULT, RECURSIVE], ids=str)
def test_screen_in_ram(
    builder: Builder, folder: Path, kernel_tests: KernelTests, build: Build, address: int
) -> None:
    """Firmware's map calls the framebuffer free: it is the screen all the same, and nobody else's."""
    info = information(
        cmdline_tag("selftest=memory.*"), framebuffer_tag(address), memory_map_tag([(0, 0x9F000, USABLE), HIGH])
    )
    with boot(builder, build, folder, info) as qemu:
        qemu.until_serial("mercator>")
        pixels = qemu.memory(address, PITCH * HEIGHT)
    picture = Picture.of_memory(WIDTH, HEIGHT, pixels)
    assert picture.banner() == "green"
    text = Font(builder.target(build, "include/generated/font.h")).text(picture)
    # What was logged between its first sight and its move, and after that.
    for line in ("memory: ", "address space: ", "mercator>"):
        assert re.search(f"^{line}", text, re.MULTILINE), text
    kernel_tests.judge(qemu.serial(), "serial log")


SCREENS_THAT_CANNOT_BE = {
    "where the kernel is": (framebuffer_tag(0x100000), "address: what is there is in use"),
    "most of the memory": (framebuffer_tag(0x1000000, pitch=0x18000), "pitch, height: it would be most of the memory"),
}


@pytest.mark.parametrize("screen, why", SCREENS_THAT_CANNOT_BE.values(), ids=SCREENS_THAT_CANNOT_BE.keys())
def test_screen_that_cannot_be(
    builder: Builder, folder: Path, kernel_tests: KernelTests, screen: bytes, why: str
) -> None:
    """It is never drawn to, and a warning says why."""
    cmdline = cmdline_tag("selftest=memory.* exit=isa-debug")
    says = f"^warning: screen: .*{why}"
    with boot(builder, RECURSIVE, folder, information(cmdline, screen, memory_map_tag()), says) as qemu:
        assert qemu.wait() == PASSED_STATUS
    assert re.search(says, qemu.serial(), re.MULTILINE), qemu.serial()
    kernel_tests.judge(qemu.serial(), "serial log")


MODULE = (0x600000, 0x601000)

# Tags that are not needed, and their warnings. Invalid tags that are not read have none.
BROKEN = [
    (tag(TAG_FRAMEBUFFER, bytes(24)), "tag 8 (framebuffer), width at offset {20}: it is 0"),
    (
        framebuffer_tag(0, 0, 0, 0, 0, RGB, bytes(6)),
        "tag 8 (framebuffer), width at offset {20}: it is 0",
    ),
    (
        framebuffer_tag(0xD10000, colours=COLOURS[:3]),
        "tag 8 (framebuffer), size at offset {4}: the colour fields are missing",
    ),
    (framebuffer_tag(0xD10000, colours=bytes(6)), "tag 8 (framebuffer), red at offset {32}: .* is empty"),
    (
        framebuffer_tag(0xD10000, pitch=PITCH - 1),
        "tag 8 (framebuffer), pitch at offset {16}: a line is longer than the pitch",
    ),
    (
        framebuffer_tag(0xB8000, 0, 80, 25, 0, TEXT, b""),
        "tag 8 (framebuffer), pitch at offset {16}: a line is longer than the pitch",
    ),
    (tag(TAG_RSDP_OLD, b"RSD PTR "), "tag 14 (old RSDP), size at offset {4}: .* too small"),
    (tag(TAG_RSDP_NEW, bytes(35)), "tag 15 (new RSDP), size at offset {4}: .* too small"),
    (tag(TAG_RSDP_NEW, bytes(36)), None),
    (tag(TAG_BASIC_MEMORY, bytes(4)), "tag 4 (basic memory), size at offset {4}: .* too small"),
    (tag(TAG_MODULE, struct.pack("<II", *MODULE) + b"long"), "tag 3 (module), string at offset {16}: .*terminated"),
    (tag(TAG_MODULE, struct.pack("<II", 2, 1) + b"\0"), "tag 3 (module), end at offset {12}: .*ends before"),
    (tag(TAG_LOADER_NAME, b"GRUB"), "tag 2 (loader name), string at offset {8}: it is not terminated"),
    (tag(TAG_ELF_SECTIONS, struct.pack("<III", 0xFFFFFFFF, 0, 0xFFFFFFFF) + bytes(20)), None),
    (tag(TAG_ELF_SECTIONS), None),
]


def test_broken_tags_that_nobody_needs(
    builder: Builder, folder: Path, kernel_tests: KernelTests
) -> None:
    """Each is left out with a warning that names it and the field, and the kernel starts."""
    want, offset = [], 8
    for broken, warning in BROKEN:
        if warning:
            escaped = re.sub(r"[()]", r"\\\g<0>", warning)
            want.append(re.sub(r"\{(\d+)\}", lambda field: str(offset + int(field[1])), escaped))
        offset += len(broken)
    sound = [cmdline_tag("selftest=*firmware* exit=isa-debug"), memory_map_tag()]
    info = information(*(broken for broken, _ in BROKEN), *sound)
    with boot(builder, DEFAULT, folder, info, "boot information: .*; it is left out$") as qemu:
        assert qemu.wait() == PASSED_STATUS
    log = qemu.serial().replace("\r", "")
    said = re.findall(r"^warning: boot information: (.*); it is left out$", log, re.MULTILINE)
    assert len(said) == len(want), said
    for line, pattern in zip(said, want):
        assert re.fullmatch(f"{pattern}.*", line), line
    # The module is in memory, whatever is wrong with its string; what has no screen says so.
    assert f"module: {MODULE[0]:#x}-{MODULE[1]:#x}" in log
    assert "screen: the loader tells of none" in log
    kernel_tests.judge(log, "serial log")
