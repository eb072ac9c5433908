# SPDX-License-Identifier: MIT
"""The debug checks in a kernel without a physical map: there, poison takes the temporary page."""

from pathlib import Path

from boot.shim import shim
from harness.build import Build, Builder
from harness.qemu import PASSED_STATUS
from harness.report import KernelTests

BUILD = Build("gcc", "recursive+debug_defconfig")


def test_without_a_physical_map(builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    assert builder.has(BUILD, "DEBUG_CHECKS") and not builder.has(BUILD, "PHYSMAP")
    cmdline = shim.cmdline_tag("selftest exit=isa-debug")
    with shim.boot(
        folder,
        builder.target(BUILD, "shim.bin"),
        builder.target(BUILD, "mercator.elf"),
        shim.information(cmdline, shim.memory_map_tag()),
    ) as qemu:
        status = qemu.wait()
    wrong = [] if status == PASSED_STATUS else [f"exit status {status}"]
    kernel_tests.judge(qemu.serial(), "serial log", wrong)
