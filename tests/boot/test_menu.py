# SPDX-License-Identifier: MIT
"""GRUB's menu: its second entry boots without self-tests, and the kernel stays; its third one runs the
benchmarks, whose log `make bench LOG=` reads."""

import time
from pathlib import Path

import pytest

from bench.report.kernel import read_log
from harness.build import Build, Builder, Iso
from harness.qemu import EMULATED, Qemu, uefi_arguments

NO_TESTS = "no self-tests asked for"


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_second_entry(builder: Builder, folder: Path, firmware: str) -> None:
    iso = builder.iso(
        Build("gcc", "defconfig"), Iso("menu", "selftest exit=isa-debug", grub_timeout=60)
    )
    machine = ["-m", "256", *(uefi_arguments(folder) if firmware == "uefi" else [])]
    with Qemu(folder, *machine, "-cdrom", str(iso)) as qemu:

        def press_key() -> bool:
            """One key, so that it does not matter when the menu appears; not so fast that the
            queue overflows."""
            qemu.press("n")
            time.sleep(0.5)
            return NO_TESTS in qemu.serial()

        qemu.until("kernel without tests", press_key)
        assert "KTAP" not in qemu.serial()
        assert qemu.picture().banner() is None
        assert qemu.process.poll() is None


def test_bench_entry(builder: Builder, folder: Path) -> None:
    iso = builder.iso(
        Build("gcc", "defconfig"), Iso("menu", "selftest exit=isa-debug", grub_timeout=60)
    )
    with Qemu(folder, "-m", "256", "-cdrom", str(iso), expects=[EMULATED]) as qemu:

        def press_key() -> bool:
            qemu.press("b")
            time.sleep(0.5)
            return "bench offset.map_page" in qemu.serial()

        qemu.until("benchmarks", press_key)
        qemu.until_serial(r"bench done rows=\d+ failed=0")
    ring = read_log(qemu.serial_log)
    assert ring.values().keys() >= {"offset.map_page", "recursive.map_page", "temporary.map_page"}
    assert "TCG" in ring.title and "EMULATED" in ring.note and "nobody says how fast" in ring.note
    assert "missing" not in ring.note and "cut off" not in ring.note
