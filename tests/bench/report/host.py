# SPDX-License-Identifier: MIT
"""The benchmarks that run on the host: built as for the kernel, run one after the other."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from bench.report.kernel import GCC_DEFAULT
from bench.report.rows import Ring, Row, read_rows
from harness.build import Builder

NANOSECONDS = (
    "natively: median and least of the repeats in ns, and the ratio to the limit loop of the same run"
)


METHODS = (
    "natively, ns for a page: median, x its ratio to the limit loop of the same run; spread: quartiles. "
    "recursive and temporary run over a window that is walked in software: their figures say only how they "
    "grow. inline: the generic method with its function compiled in"
)


Progress = Callable[[str], None]


def no_progress(_: str) -> None:
    pass


def run_program(
    builder: Builder, folder: Path, name: str, *arguments: str, file: str = "", progress: Progress = no_progress
) -> Path:
    """Runs a program of bench.mk that writes its rows to the file it is given first, and prints each."""
    program = builder.target(GCC_DEFAULT, f"bench/{name}")
    rows = folder / f"{file or name}.json"
    with rows.with_suffix(".log").open("w") as log:
        with subprocess.Popen([program, rows, *arguments], text=True, stdout=subprocess.PIPE, stderr=log) as running:
            for line in running.stdout or ():
                log.write(line)
                progress(line.partition("  ")[0])
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, running.args)
    return rows


def measure(builder: Builder, folder: Path, name: str, title: str, repeats: int, progress: Progress = no_progress) -> Ring:
    os.environ["BENCH_REPEATS"] = str(repeats)
    return Ring(name, title, NANOSECONDS, read_rows(run_program(builder, folder, name, progress=progress)))


def quietest(runs: list[list[Row]]) -> list[Row]:
    """Of several runs of the same rows, each row as it was in the run that disturbed it least."""
    return [min(rows, key=lambda row: row.figure) for rows in zip(*runs, strict=True) if rows[0].text is None]


def measure_methods(builder: Builder, folder: Path, levels: int, repeats: int, progress: Progress = no_progress) -> Ring:
    """The same work by every method."""
    os.environ["BENCH_REPEATS"] = str(repeats)
    file = f"host-{levels}-levels"
    rows = read_rows(run_program(builder, folder, "methods", str(levels), file=file, progress=progress))
    return Ring(file, f"The same work by every method, on the host, {levels} levels", METHODS, rows)
