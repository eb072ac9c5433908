# SPDX-License-Identifier: MIT
"""Every machine of machines.py, booted from a real ISO; the kernel's self-tests must pass."""

import re
from pathlib import Path

import pytest

from boot.machines import COVERED, ORDINARY, RUNNING, Machine
from boot.pairs import all_pairs, pairwise
from harness.alarms import unexpected
from harness.bochs import run_bochs
from harness.build import COMPILERS, RANDOM, Build, Builder, Iso, config_names
from harness.qemu import FAILED_STATUS, PASSED_STATUS, Qemu, TimedOut, uefi_arguments
from harness.report import KernelTests, log_tail

# One ISO serves all machines of one emulator and kind of screen.
EXITS = {"qemu": "isa-debug", "bochs": "bochs"}
GFXPAYLOADS = {"graphics": "", "text": "text"}
# The self-tests where few are enough: screen, serial, space, space_hardware, space_random, stub, ...
FEW = "s*"
# The machine must be what its entry says: what the kernel reports of the screen.
SCREEN_LINES = {"graphics": r"screen: \d{3,}x\d{3,}, (24|32) bits", "text": "screen: 80x25"}
# The same of features that are missing; without a TSC, the seed is always the same.
WITHOUT_LINES = {"pge": "global pages no", "tsc": "# seed=0\r?\n"}

# Without optimisation, calls of code that is not built in must be gone, too. Each configuration, by
# one compiler with -O0 and by the other with -Og.
OTHERWISE_OPTIMISED = [
    Build(compiler, config, flags=flags)
    for i, config in enumerate(config_names())
    for compiler, flags in zip(COMPILERS, ("-O0", "-Og") if i % 2 else ("-Og", "-O0"))
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    option = metafunc.config.getoption
    builds = [Build(compiler, config) for config in config_names() for compiler in COMPILERS]
    machines = [m for m in RUNNING if m.name not in COVERED]
    boots = pairwise(machines, builds, Machine.traits)
    more = pairwise(RUNNING, builds, Machine.columns) if not option("full") else all_pairs(RUNNING, builds)
    long = [boot for boot in more if boot not in boots]
    seeds = range(option("seed"), option("seed") + option("random"))
    randoms = [Build(compiler, f"{RANDOM}{seed}") for seed in seeds for compiler in COMPILERS]
    if randoms:
        # Bochs has no exit status, so it cannot judge a kernel that is silent on serial.
        long += pairwise([m for m in RUNNING if m.emulator == "qemu"], randoms, Machine.columns)
    long += [(ORDINARY, build) for build in OTHERWISE_OPTIMISED]
    params = [pytest.param(m, b, id=f"{m} {b}") for m, b in boots]
    params += [pytest.param(m, b, id=f"{m} {b}", marks=pytest.mark.long) for m, b in long]
    metafunc.parametrize("machine, build", params)


def test_boot(
    machine: Machine, build: Build, builder: Builder, folder: Path, kernel_tests: KernelTests
) -> None:
    has_tests = builder.has(build, "SELFTESTS")
    selftest, suffix = (f"selftest={FEW} ", "-few") if machine.few else ("selftest ", "")
    cmdline = f"{selftest if has_tests else ''}exit={EXITS[machine.emulator]}"
    name = f"{machine.emulator}-{machine.screen}{suffix}"
    iso = builder.iso(build, Iso(name, cmdline, GFXPAYLOADS[machine.screen]))
    if machine.emulator == "bochs":
        boot_bochs(machine, iso, folder, kernel_tests)
    elif machine.serial and has_tests and builder.has(build, "SERIAL"):
        boot_qemu(machine, iso, folder, kernel_tests)
    else:
        boot_silent(machine, iso, folder)


def arguments(machine: Machine, iso: Path, folder: Path) -> list[str]:
    firmware = uefi_arguments(folder) if machine.firmware == "uefi" else []
    return [*machine.qemu_arguments(), *firmware, "-cdrom", str(iso)]


def boot_qemu(machine: Machine, iso: Path, folder: Path, kernel_tests: KernelTests) -> None:
    contradictions = []
    with Qemu(folder, *arguments(machine, iso, folder)) as qemu:
        try:
            status = qemu.wait()
            if status == FAILED_STATUS and "not ok" in qemu.serial():
                pass  # the results say it better
            elif status != PASSED_STATUS:
                contradictions = [f"exit status {status}, not {PASSED_STATUS}", qemu.said()]
            elif "not ok" in qemu.serial():
                contradictions = [f"exit status {status} in spite of failures"]
            if not re.search(SCREEN_LINES[machine.screen], qemu.serial()):
                contradictions.append(f"the screen is not a {machine.screen} screen")
            if not re.search(WITHOUT_LINES.get(machine.without, ""), qemu.serial()):
                contradictions.append(f"the CPU has {machine.without}")
        except TimedOut as error:
            contradictions = [str(error)]
    kernel_tests.judge(qemu.serial(), "serial log", contradictions)


def boot_silent(machine: Machine, iso: Path, folder: Path) -> None:
    """Nothing on serial: the exit status is the result."""
    with Qemu(folder, *arguments(machine, iso, folder), serial=machine.serial) as qemu:
        status = qemu.wait()
    assert status == PASSED_STATUS, f"{qemu.said()}\n{log_tail(qemu.serial())}"


def boot_bochs(machine: Machine, iso: Path, folder: Path, kernel_tests: KernelTests) -> None:
    contradictions = []
    try:
        run_bochs(folder, iso, machine.cpu, machine.memory, machine.cpus)
    except TimedOut as error:
        contradictions = [str(error)]
    log = (folder / "serial.log").read_text(errors="replace")
    kernel_tests.judge(log, "serial log", contradictions + unexpected(log))
