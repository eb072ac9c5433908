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
        [program, *arguments], text=True, capture_output=True, timeout=1800, env=os.environ | env
    )
    (folder / "output.log").write_text(done.stdout)
    contradictions = [f"exit status {done.returncode}", done.stderr] if done.returncode else []
    kernel_tests.judge(done.stdout, "the output", contradictions)


HOST_PROGRAMS = [
    "host-tests",
    "frame-debug-tests",
    "frame-tsan-tests",
    "frame-interrupt-tests",
    "frame-turns-tests",
    "mapper-debug-tests",
    "mapper-tsan-tests",
]


@pytest.mark.parametrize("name", HOST_PROGRAMS)
def test_host(name: str, builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    program = builder.target(Build("gcc", "defconfig"), name)
    # The long random run is done once in full length.
    env = {"FRAME_STEPS": "1000000"} if name.startswith("frame-") else {}
    run(program, [], folder, kernel_tests, **env)


# Random operations on each of a mapper's spaces: 20 that are active and 20 that are not, or 17 by the
# recursive method. That makes 10 million for each method.
OPERATIONS = {"offset": 250_000, "generic": 250_000, "recursive": 280_000}

# By the recursive method with a window that is memory, which takes 4 levels: 26 spaces, a million.
WINDOW_OPERATIONS = 40_000

# And on several spaces in turn, which change places: 6 runs for each method.
SPACES_OPERATIONS = 200_000


def soak(glob: str, operations: int, builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    program = builder.target(Build("gcc", "defconfig"), "soak/soak")
    arguments = ["--window=pointers", f"--operations={operations}", glob]
    run(program, arguments, folder, kernel_tests)


@pytest.mark.parametrize("method", OPERATIONS)
def test_soak(method: str, builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    soak(f"mapper_random*.{method}_*", OPERATIONS[method], builder, folder, kernel_tests)


def test_soak_window(builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    program = builder.target(Build("gcc", "defconfig"), "soak/soak")
    arguments = [f"--operations={WINDOW_OPERATIONS}", "mapper_random.recursive_*"]
    run(program, arguments, folder, kernel_tests)


@pytest.mark.parametrize("method", OPERATIONS)
def test_soak_spaces(method: str, builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    soak(f"space_random.{method}_*", SPACES_OPERATIONS, builder, folder, kernel_tests)


def test_says_that_nothing_fits(builder: Builder) -> None:
    program = builder.target(Build("gcc", "defconfig"), "host-tests")
    done = subprocess.run([program, "nothing.*"], text=True, capture_output=True)
    assert done.returncode == 2
    assert "no test ran: is there one whose suite.name fits 'nothing.*'?" in done.stderr
