# SPDX-License-Identifier: MIT
"""What goes wrong in the kernel must be seen to go wrong: its tests that fail on purpose."""

from pathlib import Path

import pytest

from boot.shim import shim
from harness import ktap
from harness.build import Build, Builder
from harness.qemu import FAILED_STATUS, PASSED_STATUS


def boot(builder: Builder, folder: Path, test: str, config: str) -> tuple[int, str]:
    return shim.run(builder, Build("gcc", config), folder, f"selftest=deliberate.{test} exit=isa-debug")


def run(builder: Builder, folder: Path, test: str) -> tuple[int, ktap.Report]:
    status, log = boot(builder, folder, test, "defconfig")
    return status, ktap.parse(log)


def test_pass(builder: Builder, folder: Path) -> None:
    status, report = run(builder, folder, "passes")
    assert (status, str(report), report.errors) == (PASSED_STATUS, "1 passed", [])


def test_failure(builder: Builder, folder: Path) -> None:
    status, report = run(builder, folder, "fails")
    assert (status, report.nr_failed, report.errors) == (FAILED_STATUS, 1, [])
    assert any("6 * 9" in line for line in report.results[0].diagnostics)


def test_skip(builder: Builder, folder: Path) -> None:
    status, report = run(builder, folder, "skips")
    assert (status, report.nr_skipped, report.errors) == (PASSED_STATUS, 1, [])
    assert report.results[0].skip_reason == "it was asked to"


@pytest.mark.parametrize("test", ["panics", "faults"])
def test_panic(builder: Builder, folder: Path, test: str) -> None:
    status, report = run(builder, folder, test)
    assert status == FAILED_STATUS
    assert f"Bail out! panic during deliberate.{test}" in report.errors


def test_forgotten_batch(builder: Builder, folder: Path) -> None:
    """What only the debug checks see: in the other builds, nothing comes of it."""
    status, log = boot(builder, folder, "forgets_a_batch", "debug_defconfig")
    assert status == FAILED_STATUS
    assert "panic: TLB batch: the space is left while a batch owes" in log
    assert boot(builder, folder, "forgets_a_batch", "defconfig")[0] == PASSED_STATUS


def test_forgotten_cursor(builder: Builder, folder: Path) -> None:
    """The same."""
    status, log = boot(builder, folder, "forgets_a_cursor", "debug_defconfig")
    assert status == FAILED_STATUS
    assert "panic: space lock: the space is left while CPU 0 has a cursor open in it" in log
    assert boot(builder, folder, "forgets_a_cursor", "defconfig")[0] == PASSED_STATUS


def test_no_such_test(builder: Builder, folder: Path) -> None:
    status, report = run(builder, folder, "does-not-exist")
    assert status == FAILED_STATUS
    assert "no test ran" in report.errors


def test_options_that_mean_nothing(builder: Builder, folder: Path) -> None:
    """They are not silently something else."""
    words = "passes seed=-1 loglevel= nonsense=1"
    _, log = boot(builder, folder, words, "defconfig")
    for warning in ("seed=-1 is not a number", "loglevel= is not a number", '"nonsense" is not known'):
        assert f"command line: {warning}" in log
