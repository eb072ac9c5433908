# SPDX-License-Identifier: MIT
"""Cost per operation against the number of mappings, counted by callgrind (with cachegrind's model of
the caches): repeatable, for a fixed cache whatever this machine has."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from bench.report.rows import Row

METHODS = ("offset", "recursive", "generic", "temporary")
OPERATIONS = {"map", "unmap", "protect", "translate"}
ROUNDS = 1000  # of each measured function in tests/bench/claims/work.c

CACHES = ["--I1=32768,8,64", "--D1=32768,8,64", "--LL=8388608,16,64"]
VALGRIND = ["valgrind", "-q", "--tool=callgrind", "--cache-sim=yes", "--toggle-collect=measured_*"]

NAME = re.compile(r"(c?fn)=\((\d+)\)(?: (\S+))?")
COST = re.compile(r"[+-]?\d+|\*")


def parse_profile(text: str) -> dict[str, dict[str, int]]:
    """Each measured function's cost by event, with that of what it calls."""
    events: list[str] = []
    names: dict[str, str] = {}
    costs: dict[str, dict[str, int]] = {}
    function = ""
    for line in text.splitlines():
        if line.startswith("events: "):
            events = line.split()[1:]
        elif match := NAME.match(line):
            if match[3]:
                names[match[2]] = match[3]
            if match[1] == "fn":
                function = names[match[2]]
        elif function.startswith("measured_") and COST.match(line):
            counts = [int(word) for word in line.split()[1:]]
            sums = costs.setdefault(function.removeprefix("measured_"), dict.fromkeys(events, 0))
            for event, count in zip(events, counts):
                sums[event] += count
    return costs


RAM = {"128_mib": 2**27, "1_gib": 2**30, "16_gib": 2**34, "256_gib": 2**38, "16_tib": 2**44}


def rows_of(method: str, pages: int, costs: dict[str, dict[str, int]]) -> Iterable[Row]:
    for operation in sorted(OPERATIONS & costs.keys()):
        events = costs[operation]
        name = f"{method}.{operation}_among_{pages}"
        d1 = events["D1mr"] + events["D1mw"]
        ll = events["DLmr"] + events["DLmw"]
        yield Row(name, "instructions", events["Ir"] / ROUNDS)
        yield Row(f"{name}_data", "accesses", (events["Dr"] + events["Dw"]) / ROUNDS)
        yield Row(f"{name}_d1_misses", "misses", d1 / ROUNDS)
        yield Row(f"{name}_ll_misses", "misses", ll / ROUNDS)


def profile(program: Path, folder: Path, *arguments: str) -> dict[str, dict[str, int]]:
    path = folder / f"work-{'-'.join(arguments)}.callgrind"
    command = [*VALGRIND, *CACHES, f"--callgrind-out-file={path}", str(program), *arguments]
    with path.with_suffix(".log").open("w") as log:
        subprocess.run(command, check=True, stdout=log, stderr=log)
    return parse_profile(path.read_text())


def count(program: Path, folder: Path, method: str, pages: int) -> list[Row]:
    return list(rows_of(method, pages, profile(program, folder, method, str(pages))))


def count_small_setups(program: Path, folder: Path) -> list[Row]:
    """What every such process does first: one recursive slot, one temporary page."""
    costs = profile(program, folder, "generic", str(ROUNDS))
    methods = ("recursive", "temporary")
    return [Row(f"{method}.setup", "instructions", costs[f"{method}_setup"]["Ir"]) for method in methods]


def count_setup(program: Path, folder: Path, pages: str, ram: str) -> list[Row]:
    """Setting up the physical map of so much RAM, in pages of at most "1g" or "2m"."""
    costs = profile(program, folder, pages, str(RAM[ram]))
    return [Row(f"offset.setup_{ram}_{pages}", "instructions", costs["setup"]["Ir"])]
