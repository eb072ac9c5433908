# SPDX-License-Identifier: MIT
"""The boot entry `bench` says how fast the time-stamp counter is, and by which CPUID leaf it knows: on CPUs
as Bochs shows them, which QEMU's TCG does not."""

from pathlib import Path

import pytest

from bench.report import kernel
from harness.bochs import run_bochs
from harness.build import Builder, Iso


@pytest.mark.parametrize(
    ("cpu", "brand", "clock"),
    [
        ("tigerlake", "i5-1135G7", "2.419 GHz (crystal, CPUID 15H)"),
        pytest.param("corei7_skylake_x", "i7-7800X", "3.500 GHz (base frequency, CPUID 16H)", marks=pytest.mark.long),
        ("ryzen", "Ryzen 7 1700", "nobody says how fast"),
    ],
)
def test_clock(builder: Builder, folder: Path, cpu: str, brand: str, clock: str) -> None:
    iso = builder.iso(kernel.GCC_DEFAULT, Iso("bench-clock", "bench=offset.map_page exit=bochs"))
    run_bochs(folder, iso, cpu, memory=64)
    ring = kernel.read_log(folder / "serial.log")
    assert brand in ring.title and clock in ring.note
    assert "may change its speed" not in ring.note and "missing" not in ring.note
