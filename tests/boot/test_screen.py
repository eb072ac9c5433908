# SPDX-License-Identifier: MIT
"""What the screen shows at the end: green for passed, red for failed, on every kind of screen."""

import re
from pathlib import Path

import pytest

from harness.build import Build, Builder, Iso
from harness.qemu import Qemu, uefi_arguments

DEFAULT = Build("gcc", "defconfig")
SCREENS = {  # firmware and GRUB's gfxpayload
    "bios graphics": ("bios", ""),
    "bios text": ("bios", "text"),
    "uefi": ("uefi", ""),
}
RESULTS = {
    "passed": ("selftest=screen.*", "green"),
    "failed": ("selftest=deliberate.fails", "red"),
    "panicked": ("selftest=deliberate.panics", "red"),
}


@pytest.mark.parametrize("firmware, gfxpayload", SCREENS.values(), ids=SCREENS.keys())
@pytest.mark.parametrize("cmdline, colour", RESULTS.values(), ids=RESULTS.keys())
def test_banner(
    builder: Builder, folder: Path, firmware: str, gfxpayload: str, cmdline: str, colour: str
) -> None:
    """There is no serial port, and the kernel is not asked to leave: the screen is all there is."""
    name = f"{re.sub(r'[^a-z]+', '-', cmdline)}-{gfxpayload or 'graphics'}-stays"
    iso = builder.iso(DEFAULT, Iso(name, cmdline, gfxpayload))
    machine = ["-m", "256", *(uefi_arguments(folder) if firmware == "uefi" else [])]
    with Qemu(folder, *machine, "-cdrom", str(iso), serial=False) as qemu:
        assert qemu.until("banner", lambda: qemu.picture().banner()) == colour


def test_banner_of_a_senseless_command_line(builder: Builder, folder: Path) -> None:
    test_banner(builder, folder, "bios", "", "nonsense", "red")
