# SPDX-License-Identifier: MIT
"""The unit tests that run on the host, under ASan and UBSan."""

import subprocess
from pathlib import Path

from harness.build import Builder, Build, locked
from harness.report import KernelTests

GCC_DEFAULT = Build("gcc", "defconfig")


def test_host(builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    builder.config(GCC_DEFAULT)
    program = builder.out(GCC_DEFAULT) / "host-tests"
    with locked(builder.out(GCC_DEFAULT).with_suffix(".lock")):
        builder.make(GCC_DEFAULT, str(program))
    done = subprocess.run([program], text=True, capture_output=True, timeout=300)
    (folder / "output.log").write_text(done.stdout)
    contradictions = [f"exit status {done.returncode}", done.stderr] if done.returncode else []
    kernel_tests.judge(done.stdout, "the output", contradictions)
