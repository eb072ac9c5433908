# SPDX-License-Identifier: MIT
"""Which machine is booted with which build: all of them, or enough that every two values meet.

The pairwise choice is greedy and has no chance in it. Each machine in turn takes the build that
brings together most values that have not met yet (the first of equals); then the machines take
turns again, as long as one of them can bring together any.
"""

from collections.abc import Callable, Iterator, Sequence

from boot.machines import Machine
from harness.build import Build

Pair = tuple[object, object]
Columns = Callable[[Machine], dict[str, object]]


def meetings(machine: Machine, build: Build, columns: Columns) -> set[Pair]:
    """The pairs of values that booting this machine with this build brings together."""
    values = [("compiler", build.compiler), ("config", build.config)]
    return {(column, value) for column in columns(machine).items() for value in values} | {tuple(values)}


def all_pairs(machines: Sequence[Machine], builds: Sequence[Build]) -> list[tuple[Machine, Build]]:
    return [(machine, build) for machine in machines for build in builds]


def pairwise(
    machines: Sequence[Machine], builds: Sequence[Build], columns: Columns
) -> list[tuple[Machine, Build]]:
    return list(_pairwise(machines, builds, columns))


def _pairwise(
    machines: Sequence[Machine], builds: Sequence[Build], columns: Columns
) -> Iterator[tuple[Machine, Build]]:
    met: set[Pair] = set()

    def take(machine: Machine, least: int) -> Iterator[tuple[Machine, Build]]:
        gains = [len(meetings(machine, build, columns) - met) for build in builds]
        if max(gains) >= least:
            build = builds[gains.index(max(gains))]
            met.update(meetings(machine, build, columns))
            yield machine, build

    for machine in machines:  # every machine, even if all its values have met
        yield from take(machine, 0)
    for _ in builds:  # then, round by round, whatever still brings values together
        for machine in machines:
            yield from take(machine, 1)
