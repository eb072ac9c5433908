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


def test_no_such_benchmark(builder: Builder, folder: Path) -> None:
    line = "bench=does-not-exist exit=isa-debug"
    status, log = shim.run(builder, Build("gcc", "defconfig"), folder, line)
    assert status == FAILED_STATUS
    assert 'error: no benchmark fits "does-not-exist"' in log


# What makes no sense on a command line, and what is said of it. All that can is tests/kernel/command_line_test.c's.
SENSELESS = {
    "too long": (f'run="{"help; " * 171}"', ["run= is longer than 1023 characters"]),
    "cut": ('run="help', ["run= has a quote that is not closed: the rest is missing"]),
    "values": ("run=help seed=-1 dump=x nonsense", ["seed=-1 is not", "dump=x is not", '"nonsense" is not']),
}


@pytest.mark.parametrize("line, complaints", SENSELESS.values(), ids=SENSELESS.keys())
def test_a_senseless_command_line(builder: Builder, folder: Path, line: str, complaints: list[str]) -> None:
    """It is named, nothing of it is run, and that is a failure."""
    line = f"exit=isa-debug selftest=deliberate.passes {line}"
    status, log = shim.run(builder, Build("gcc", "defconfig"), folder, line)
    assert status == FAILED_STATUS
    assert [complaint for complaint in complaints if f"error: command line: {complaint}" not in log] == []
    assert "KTAP" not in log and "mercator>" not in log


def test_a_command_line_without_an_end(builder: Builder, folder: Path) -> None:
    """What there is of it says how to leave; nothing of it is run."""
    build = Build("gcc", "defconfig")
    programs = builder.target(build, "shim.bin"), builder.target(build, "mercator.elf")
    cut = shim.tag(shim.TAG_CMDLINE, b"exit=isa-debug selftest=deliberate.passes")
    with shim.boot(folder, *programs, shim.information(cut, shim.memory_map_tag())) as qemu:
        assert qemu.wait() == FAILED_STATUS
    assert "error: command line: it does not end in its tag: the rest is missing" in qemu.serial()
    assert "KTAP" not in qemu.serial()


def test_run_without_a_monitor(builder: Builder, folder: Path) -> None:
    build = Build("gcc", "no_monitor_defconfig")
    status, log = shim.run(builder, build, folder, "run=help exit=isa-debug")
    assert status == FAILED_STATUS
    assert "error: this kernel is built without the monitor" in log
