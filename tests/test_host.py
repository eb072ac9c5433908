# SPDX-License-Identifier: MIT
"""The unit tests that run on the host, under ASan and UBSan."""

import subprocess
from pathlib import Path

from harness.build import Build, Builder
from harness.report import KernelTests


def test_host(builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    program = builder.target(Build("gcc", "defconfig"), "host-tests")
    done = subprocess.run([program], text=True, capture_output=True, timeout=300)
    (folder / "output.log").write_text(done.stdout)
    contradictions = [f"exit status {done.returncode}", done.stderr] if done.returncode else []
    kernel_tests.judge(done.stdout, "the output", contradictions)
