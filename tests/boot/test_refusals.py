# SPDX-License-Identifier: MIT
"""CPUs that the kernel cannot run on: it says so, on serial and on the screen, and stops."""

from pathlib import Path

import pytest

from boot.machines import REFUSED, Machine
from harness.build import Build, Builder, Iso
from harness.qemu import Qemu


@pytest.mark.parametrize("machine", REFUSED, ids=str)
def test_refuses_cpu(builder: Builder, folder: Path, machine: Machine) -> None:
    iso = builder.iso(
        Build("gcc", "defconfig"), Iso("qemu-text", "selftest exit=isa-debug", "text")
    )
    with Qemu(folder, *machine.qemu_arguments(), "-cdrom", str(iso), deadline=60) as qemu:
        qemu.until_serial(f"Mercator: {machine.refusal}.* Stopped")
        qemu.until("sentence on the screen", lambda: machine.refusal in qemu.vga_text())
        assert "KTAP" not in qemu.serial()
