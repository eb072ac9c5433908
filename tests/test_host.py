# SPDX-License-Identifier: MIT
"""The unit tests that run on the host: under ASan and UBSan; the frame allocator's under TSan too."""

import os
import subprocess
from pathlib import Path

import pytest

from harness.build import Build, Builder
from harness.report import KernelTests


@pytest.mark.parametrize("name", ["host-tests", "frame-debug-tests", "frame-tsan-tests"])
def test_host(name: str, builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    program = builder.target(Build("gcc", "defconfig"), name)
    # The long random run is done once in full length.
    env = os.environ if name == "host-tests" else os.environ | {"FRAME_STEPS": "1000000"}
    done = subprocess.run([program], text=True, capture_output=True, timeout=300, env=env)
    (folder / "output.log").write_text(done.stdout)
    contradictions = [f"exit status {done.returncode}", done.stderr] if done.returncode else []
    kernel_tests.judge(done.stdout, "the output", contradictions)
