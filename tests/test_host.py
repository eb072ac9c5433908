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


PROGRAMS = [
    "host-tests",
    "frame-debug-tests",
    "frame-tsan-tests",
    "frame-interrupt-tests",
    "frame-turns-tests",
    "mapper-debug-tests",
    "mapper-tsan-tests",
]


@pytest.mark.parametrize("name", PROGRAMS)
def test_host(name: str, builder: Builder, folder: Path, kernel_tests: KernelTests) -> None:
    run(builder.target(Build("gcc", "defconfig"), name), [], folder, kernel_tests)


# Stepped tests as a whole; of the frame allocator's random test a hundred times as many steps, of its
# threads ten times as many rounds.
LONG = {"LONG": "1", "FRAME_STEPS": "10000000", "FRAME_ROUNDS": "600000"}


@pytest.mark.long
@pytest.mark.parametrize(
    "name, glob",
    [
        ("host-tests", "frame_long.*"),
        ("host-tests", "*_steps.*"),
        ("frame-tsan-tests", "frame_threads.*"),
        ("frame-turns-tests", "*"),
    ],
)
def test_host_long(
    name: str, glob: str, builder: Builder, folder: Path, kernel_tests: KernelTests
) -> None:
    run(builder.target(Build("gcc", "defconfig"), name), [glob], folder, kernel_tests, **LONG)


# Random operations on each of a mapper's spaces: 20 that are active and 20 that are not, or 17 by the
# recursive method. That makes 10 million for each method.
OPERATIONS = {"offset": 250_000, "generic": 250_000, "recursive": 280_000}

# By the recursive method with a window that is memory, which takes 4 levels: 26 spaces, a million.
WINDOW_OPERATIONS = 40_000

# And on several spaces in turn, which change places: 6 runs for each method.
SPACES_OPERATIONS = 200_000

SOAKS = {method: (f"mapper_random*.{method}_*", count, True) for method, count in OPERATIONS.items()}
SOAKS |= {f"spaces {m}": (f"space_random.{m}_*", SPACES_OPERATIONS, True) for m in OPERATIONS}
SOAKS["window"] = ("mapper_random.recursive_*", WINDOW_OPERATIONS, False)


@pytest.mark.long
@pytest.mark.parametrize("glob, operations, pointers", SOAKS.values(), ids=SOAKS.keys())
def test_soak(
    glob: str, operations: int, pointers: bool, builder: Builder, folder: Path, kernel_tests: KernelTests
) -> None:
    program = builder.target(Build("gcc", "defconfig"), "soak/soak")
    window = ["--window=pointers"] if pointers else []
    run(program, [*window, f"--operations={operations}", glob], folder, kernel_tests)


def test_says_that_nothing_fits(builder: Builder) -> None:
    program = builder.target(Build("gcc", "defconfig"), "host-tests")
    done = subprocess.run([program, "nothing.*"], text=True, capture_output=True)
    assert done.returncode == 2
    assert "no test ran: is there one whose suite.name fits 'nothing.*'?" in done.stderr
