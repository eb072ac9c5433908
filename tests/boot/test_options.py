# SPDX-License-Identifier: MIT
"""Kernels with options that no file in configs/ has together."""

from pathlib import Path

import pytest

from boot.shim import shim
from harness.build import Build, Builder
from harness.qemu import PASSED_STATUS
from harness.report import KernelTests

# (build, what it must have, what not)
BUILDS = {
    # There, poison takes the temporary page.
    "debug checks without a physical map": (
        Build("gcc", "recursive_defconfig", ("DEBUG_CHECKS=y",)),
        ["DEBUG_CHECKS"],
        ["PHYSMAP"],
    ),
    "the generic mapper alone": (
        Build("gcc", "defconfig", ("KERNEL_GENERIC=y", "MAPPER_OFFSET=n", "MAPPER_RECURSIVE=n")),
        ["KERNEL_GENERIC"],
        ["MAPPER_OFFSET", "MAPPER_RECURSIVE"],
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("name", BUILDS)
def test_boot_with(name: str, builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    build, wanted, unwanted = BUILDS[name]
    assert all(builder.has(build, option) for option in wanted)
    assert not any(builder.has(build, option) for option in unwanted)
    status, log = shim.run(builder, build, folder, "selftest exit=isa-debug")
    wrong = [] if status == PASSED_STATUS else [f"exit status {status}"]
    kernel_tests.judge(log, "serial log", wrong)
