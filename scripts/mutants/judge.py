# SPDX-License-Identifier: MIT
"""Who judges a mutant: the host's suites, quick ones first, and then the kernel's own, booted."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import process
from .reach import Reach
from .trees import Program

FAILED = re.compile(r"^ *not ok \d+ (\w+)")
PASSED = re.compile(r"^ +ok \d+ ")
SUITE = re.compile(r"^ *# Subtest: (\w+)")
SANITIZER = re.compile(r"runtime error: (.*)|ERROR: (AddressSanitizer: [\w-]+)|WARNING: (ThreadSanitizer: [\w ]+)")
SLOWER = 10  # times as long as without a mutation: a suite that takes longer hangs
FIRST_SECONDS = 1800


class Unsound(Exception):
    """The unbroken tree fails: everything would count as caught."""


@dataclass
class Judge:
    """A program and how to run it. `command` makes one of the program's path and a glob of tests."""

    title: str
    program: Program
    command: Callable[[Path, str, Path], list[str]]
    passes: int = 0  # its exit status
    by_suite: bool = True
    least_seconds: float = 20  # so long at least, or a busy machine would catch mutants
    times: dict[str, float] = field(default_factory=dict)  # seconds of each suite, unbroken
    caught: Counter[tuple[str, str]] = field(default_factory=Counter)  # by (file, suite)
    reach: Reach | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def measure(self) -> None:
        """Runs the unbroken program, once for this and later runs."""
        with self.lock:
            if self.times:
                return
            cache = self.program.path.with_suffix(".times")
            if not cache.is_file() or cache.stat().st_mtime < self.program.path.stat().st_mtime:
                cache.write_text(json.dumps(self.run_unbroken(cache.with_suffix(".run"))))
            self.times = json.loads(cache.read_text())

    def run_unbroken(self, folder: Path) -> dict[str, float]:
        """The seconds of each suite of which not all is skipped."""
        folder.mkdir(exist_ok=True)
        times: dict[str, float] = {}
        suite, since = "", time.monotonic()

        def note(line: str) -> bool:
            nonlocal suite, since
            if match := SUITE.match(line):
                suite, since = match[1], time.monotonic()
            elif PASSED.match(line) and "# SKIP" not in line:
                times[suite] = time.monotonic() - since
            return True

        failure = self.run(self.program.path, "*", FIRST_SECONDS, folder, note)
        if failure:
            raise Unsound(f"the unbroken tree fails: {failure}, {self.title}")
        return times if self.by_suite else {"*": sum(times.values())}

    def order(self, path: str, lines: range | None) -> list[str]:
        """The suites that execute some of the lines: those that caught most for their time in this file, then those of its name, then quick ones."""
        stem = Path(path).stem

        def key(suite: str) -> tuple[float, bool, float]:
            named = suite.split("_")[0] == stem.split("_")[0]
            return -self.caught[path, suite] / max(self.times[suite], 0.05), not named, self.times[suite]

        suites = list(self.times)
        if self.reach and lines:
            self.reach.measure(suites)
            suites = [suite for suite in suites if self.reach.reaches(suite, path, lines)]
        return sorted(suites, key=key)

    def judge(self, program: Path, path: str, lines: range | None, folder: Path) -> str:
        """What failed, empty if nothing. `lines`: of the function that is mutated, if it is one."""
        self.measure()
        for suite in self.order(path, lines):
            seconds = max(SLOWER * self.times[suite], self.least_seconds)
            glob = f"{suite}.*" if self.by_suite else suite
            failure = self.run(program, glob, seconds, folder)
            if failure:
                self.caught[path, suite] += 1
                return f"{failure}, {self.title}"
        return ""

    def run(
        self, program: Path, glob: str, seconds: float, folder: Path, each: Callable[[str], bool] = lambda _: True
    ) -> str:
        suite, failure = glob.removesuffix(".*"), ""

        def look(line: str) -> bool:
            nonlocal suite, failure
            if match := SUITE.match(line):
                suite = match[1]
            if match := FAILED.match(line):
                failure = f"{suite}.{match[1]}"
            elif match := SANITIZER.search(line):
                failure = f"{match[1] or match[2] or match[3]}, in {suite}"
            return each(line) and not failure

        result = process.run(self.command(program, glob, folder), seconds, look, folder)
        if failure or (result.status == self.passes and not result.timed_out):
            return failure
        if result.timed_out:
            return f"ran too long in {suite}"
        return f"ended with status {result.status} in {suite}"
