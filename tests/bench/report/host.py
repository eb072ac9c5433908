# SPDX-License-Identifier: MIT
"""The benchmarks that run on the host: built as for the kernel, run one after the other."""

import os
import subprocess
from pathlib import Path

from bench.report.kernel import GCC_DEFAULT
from bench.report.rows import Ring, read_rows
from harness.build import Builder

NANOSECONDS = (
    "natively: median and least of the repeats in ns, and the ratio to the limit loop of the same run"
)


METHODS = (
    "natively, ns for a page: median, x its ratio to the limit loop of the same run; spread: quartiles. "
    "recursive and temporary run over a window that is walked in software: their figures say only how they "
    "grow. inline: the generic method with its function compiled in"
)


def run_program(builder: Builder, folder: Path, name: str, *arguments: str, file: str = "") -> Path:
    """Runs a program of bench.mk that writes its rows to the file it is given first."""
    program = builder.target(GCC_DEFAULT, f"bench/{name}")
    rows = folder / f"{file or name}.json"
    with rows.with_suffix(".log").open("w") as log:
        subprocess.run([program, rows, *arguments], check=True, stdout=log, stderr=log)
    return rows


def measure(builder: Builder, folder: Path, name: str, title: str, repeats: int) -> Ring:
    os.environ["BENCH_REPEATS"] = str(repeats)
    return Ring(name, title, NANOSECONDS, read_rows(run_program(builder, folder, name)))


def measure_methods(builder: Builder, folder: Path, levels: int, repeats: int) -> Ring:
    """The same work by every method."""
    os.environ["BENCH_REPEATS"] = str(repeats)
    file = f"host-{levels}-levels"
    rows = read_rows(run_program(builder, folder, "methods", str(levels), file=file))
    return Ring(file, f"The same work by every method, on the host, {levels} levels", METHODS, rows)
