# SPDX-License-Identifier: MIT
"""Boots the kernel without GRUB: any magic number, any boot information, any state (shim.asm)."""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.build import Build, Builder
from harness.qemu import Qemu

MULTIBOOT2_MAGIC = 0x36D76289
MULTIBOOT1_MAGIC = 0x2BADB002
INFORMATION_ADDRESS = 0x10000
MEMORY_MIB = 128

TAG_END = 0
TAG_CMDLINE = 1
TAG_MEMORY_MAP = 6

USABLE = 1
# What QEMU's PC with MEMORY_MIB has.
MEMORY_MAP = [(0, 0x9FC00, USABLE), (0x100000, (MEMORY_MIB << 20) - 0x120000, USABLE)]


def tag(kind: int, contents: bytes = b"", size: int | None = None) -> bytes:
    """One tag, padded; with the size field that it should have, or another."""
    length = 8 + len(contents)
    header = struct.pack("<II", kind, length if size is None else size)
    return header + contents + bytes(-length % 8)


def cmdline_tag(text: str) -> bytes:
    return tag(TAG_CMDLINE, text.encode() + b"\0")


def memory_map_tag(entries: list[tuple[int, int, int]] = MEMORY_MAP) -> bytes:
    packed = b"".join(struct.pack("<QQII", *entry, 0) for entry in entries)
    return tag(TAG_MEMORY_MAP, struct.pack("<II", 24, 0) + packed)


def information(*tags: bytes, end: bytes = tag(TAG_END), total_size: int | None = None) -> bytes:
    """Boot information with these tags; with the size field that it should have, or another."""
    body = b"".join(tags) + end
    return struct.pack("<II", 8 + len(body) if total_size is None else total_size, 0) + body


def boot(
    folder: Path,
    shim: Path,
    kernel: Path,
    info: bytes,
    *arguments: str,
    magic: int = MULTIBOOT2_MAGIC,
    dirty: bool = False,
    cpu: str = "max",
    expects: Sequence[str] = (),
) -> Qemu:
    orders = folder / "orders.bin"
    header = struct.pack("<IIII", magic, INFORMATION_ADDRESS, len(info), dirty)
    orders.write_bytes(header + info)
    return Qemu(
        folder,
        *("-m", str(MEMORY_MIB), "-cpu", cpu),
        *("-kernel", str(shim), "-initrd", f"{kernel},{orders}"),
        *arguments,
        deadline=60,
        expects=expects,
    )


def start(
    builder: Builder,
    build: Build,
    folder: Path,
    command_line: str,
    *arguments: str,
    entries: list[tuple[int, int, int]] = MEMORY_MAP,
    expects: Sequence[str] = (),
) -> Qemu:
    """Boots a build's kernel as GRUB would, and sooner."""
    program, kernel = builder.target(build, "shim.bin"), builder.target(build, "mercator.elf")
    info = information(cmdline_tag(command_line), memory_map_tag(entries))
    return boot(folder, program, kernel, info, *arguments, expects=expects)


def run(
    builder: Builder,
    build: Build,
    folder: Path,
    command_line: str,
    *arguments: str,
    **values: Any,
) -> tuple[int, str]:
    """The same, until the kernel leaves QEMU: its exit status and its serial log."""
    with start(builder, build, folder, command_line, *arguments, **values) as qemu:
        status = qemu.wait()
    return status, qemu.serial()
