# SPDX-License-Identifier: MIT
"""The unit tests that run on the host: under ASan and UBSan, TSan where there are threads, and fast."""

import os
import subprocess
from pathlib import Path

import pytest

from harness.build import Build, Builder
from harness.report import KernelTests


def run(
    program: Path, arguments: list[str], folder: Path, kernel_tests: KernelTests, **env: str
) -> None:
    done = subprocess.run(
        [program, *arguments], text=True, capture_output=True, timeout=600, env=os.environ | env
    )
    (folder / "output.log").write_text(done.stdout)
    contradictions = [f"exit status {done.returncode}", done.stderr] if done.returncode else []
    kernel_tests.judge(done.stdout, "the output", contradictions)


HOST_PROGRAMS = [
    "host-tests",
    "frame-debug-tests",
    "frame-tsan-tests",
    "mapper-debug-tests",
    "mapper-tsan-tests",
]


@pytest.mark.parametrize("name", HOST_PROGRAMS)
def test_host(name: str, builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    program = builder.target(Build("gcc", "defconfig"), name)
    # The long random run is done once in full length.
    env = {"FRAME_STEPS": "1000000"} if name.startswith("frame-") else {}
    run(program, [], folder, kernel_tests, **env)


# Random operations on each of a mapper's spaces: 20, or 17 by the recursive method, which takes
# three times as long. That makes 10 million for each method, or 3.4.
OPERATIONS = {"offset": 500_000, "generic": 500_000, "recursive": 200_000}


@pytest.mark.parametrize("method", OPERATIONS)
def test_soak(method: str, builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    program = builder.target(Build("gcc", "defconfig"), "soak/soak")
    operations = f"--operations={OPERATIONS[method]}"
    run(program, ["--window=pointers", operations, f"mapper_random.{method}_*"], folder, kernel_tests)
