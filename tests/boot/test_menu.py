# SPDX-License-Identifier: MIT
"""GRUB's menu: its second entry boots without self-tests, and the kernel stays."""

from pathlib import Path

import pytest

from harness.build import Build, Builder, Iso
from harness.qemu import Qemu, uefi_arguments

NO_TESTS = "no self-tests asked for"


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_second_entry(builder: Builder, folder: Path, firmware: str) -> None:
    iso = builder.iso(
        Build("gcc", "defconfig"), Iso("menu", "selftest exit=isa-debug", grub_timeout=60)
    )
    machine = ["-m", "256", *(uefi_arguments(folder) if firmware == "uefi" else [])]
    with Qemu(folder, *machine, "-cdrom", str(iso)) as qemu:

        def press_keys() -> bool:
            """Too early, nobody reads them; "down" at the last entry stays there."""
            qemu.press("down")
            qemu.press("ret")
            return NO_TESTS in qemu.serial()

        qemu.until("kernel without tests", press_keys)
        assert "KTAP" not in qemu.serial()
        assert qemu.picture().banner() is None
        assert qemu.process.poll() is None
