# SPDX-License-Identifier: MIT
"""CPUs that the kernel cannot run on: it says so, on serial and on the screen, and stops."""

from pathlib import Path

import pytest

from harness.build import Build, Builder, Iso
from harness.qemu import Qemu

CPUS = {
    "pentium3": "this CPU has no long mode",
    "qemu32": "this CPU has no long mode",
    "qemu64,-lm": "this CPU has no long mode",
    "qemu64,-nx": "this CPU has no NX bit",
    "qemu64,-pat": "this CPU lacks PAE, MSRs or the PAT",
}


@pytest.mark.parametrize("cpu, sentence", CPUS.items(), ids=CPUS.keys())
def test_refuses_cpu(builder: Builder, folder: Path, cpu: str, sentence: str) -> None:
    iso = builder.iso(
        Build("gcc", "defconfig"), Iso("qemu-text", "selftest exit=isa-debug", "text")
    )
    with Qemu(folder, "-m", "64", "-cpu", cpu, "-cdrom", str(iso), deadline=30) as qemu:
        qemu.until_serial(f"Mercator: {sentence}.* Stopped")
        qemu.until("sentence on the screen", lambda: sentence in qemu.vga_text())
        assert "KTAP" not in qemu.serial()
