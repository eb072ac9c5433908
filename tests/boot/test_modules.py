# SPDX-License-Identifier: MIT
"""The memory of what was needed only to start, modules of GRUB's above all, is free and counted."""

import re
from pathlib import Path

import pytest

from harness.build import Build, Builder, Iso
from harness.qemu import PASSED_STATUS, Qemu, uefi_arguments

# From a byte to several chunks; none ends with a frame but the third.
SIZES = (1, 5000, 8192, 7340033)
FRAME = 4096
GIVEN_BACK = re.compile(r"boot memory: .* given back: .* of boot information, (\S+ \S+) of modules")


def frames(size: int) -> int:
    return (size + FRAME - 1) // FRAME


def boot(builder: Builder, folder: Path, config: str, words: str, firmware: str) -> tuple[str, int]:
    """The serial log, and how many bytes of modules it says were given back at start."""
    iso = builder.iso(
        Build("gcc", config),
        Iso(f"modules{'-keep' if words else ''}", f"selftest=boot_memory.* {words} exit=isa-debug", modules=SIZES),
    )
    machine = ["-m", "256M", *(uefi_arguments(folder) if firmware == "uefi" else [])]
    with Qemu(folder, *machine, "-cdrom", str(iso)) as qemu:
        assert qemu.wait() == PASSED_STATUS, qemu.serial()
    log = qemu.serial()
    told = GIVEN_BACK.search(log)
    assert told, log
    number, unit = told[1].split()
    return log, float(number) * {"bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20}[unit]


@pytest.mark.parametrize(
    "config, firmware",
    [("defconfig", "bios"), ("defconfig", "uefi"), ("recursive_defconfig", "bios"), ("debug_defconfig", "bios")],
)
def test_given_back(builder: Builder, folder: Path, config: str, firmware: str) -> None:
    log, size = boot(builder, folder, config, "", firmware)
    assert len(re.findall(r"^module: ", log, re.MULTILINE)) == len(SIZES)
    assert size == pytest.approx(sum(map(frames, SIZES)) * FRAME, abs=1 << 17)


@pytest.mark.parametrize("config", ["defconfig", "debug_defconfig"])
def test_kept(builder: Builder, folder: Path, config: str) -> None:
    """modules=keep: they are there until their user gives them back, which the kernel's test does."""
    log, size = boot(builder, folder, config, "modules=keep", "bios")
    assert size == 0
    assert re.search(r"^ *ok \d+ modules_stay_until_they_are_given_back\r?$", log, re.MULTILINE)
