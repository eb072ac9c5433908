# SPDX-License-Identifier: MIT
"""KTAP version 1 (Linux, Documentation/dev-tools/ktap.rst), as Mercator's self-tests print it.

parse() reads a whole log. Lines that are not KTAP (what the kernel logs before, between and after
the results) are passed over. It believes nothing: whatever does not add up is listed in
Report.errors, so that a stream which is cut, torn or contradicts itself never counts as passed.
"""

import re
from dataclasses import dataclass, field

INDENT = 2

VERSION_LINE = re.compile(r"KTAP version (\d+)$")
SUBTEST_LINE = re.compile(r"# Subtest: (.+)$")
TOTALS_LINE = re.compile(r"# (\d+) passed, (\d+) failed, (\d+) skipped$")
PLAN_LINE = re.compile(r"1\.\.(\d+)$")
RESULT_LINE = re.compile(r"(not )?ok (\d+) ([^#]*?)(?: # SKIP ?(.*))?$")


@dataclass(frozen=True)
class Result:
    """One test's result. A skipped test passed, and says why it did not run."""

    name: str
    passed: bool
    skip_reason: str | None = None
    diagnostics: tuple[str, ...] = ()

    @property
    def skipped(self) -> bool:
        return self.passed and self.skip_reason is not None


@dataclass
class Report:
    """All results of a log, and everything that is wrong with the log itself."""

    results: list[Result] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def nr_failed(self) -> int:
        return sum(not result.passed for result in self.results)

    @property
    def nr_skipped(self) -> int:
        return sum(result.skipped for result in self.results)

    @property
    def nr_passed(self) -> int:
        return len(self.results) - self.nr_failed - self.nr_skipped

    def __str__(self) -> str:
        counts = [(self.nr_passed, "passed"), (self.nr_failed, "failed"), (self.nr_skipped, "skipped")]
        return ", ".join(f"{n} {what}" for n, what in counts if n or what == "passed")


@dataclass
class _Level:
    """A plan and the results under it: the whole run, or one suite."""

    name: str | None = None
    plan: int | None = None
    nr_results: int = 0
    nr_failed: int = 0
    diagnostics: list[str] = field(default_factory=list)


class _Parser:
    def __init__(self) -> None:
        self.report = Report()
        self.levels: list[_Level] = []
        self.finished_child: _Level | None = None
        self.names: set[str] = set()
        self.totals: tuple[int, int, int] | None = None
        self.last = "the start"

    def error(self, text: str) -> None:
        self.report.errors.append(text)

    def line(self, line: str) -> None:
        text = line.lstrip(" ")
        depth, odd = divmod(len(line) - len(text), INDENT)
        if text.startswith("Bail out!"):
            self.error(text)
        elif match := VERSION_LINE.match(text):
            self.version(depth, match[1])
        elif odd:
            return
        elif match := PLAN_LINE.match(text):
            self.plan(depth, int(match[1]))
        elif match := RESULT_LINE.match(text):
            self.result(depth, not match[1], int(match[2]), match[3], match[4])
        elif text.startswith("# "):
            self.diagnostic(depth, text)

    def version(self, depth: int, version: str) -> None:
        if version != "1":
            self.error(f"KTAP version {version} is not known")
        if depth != len(self.levels):
            self.error(f'"KTAP version" indented {depth} deep where {len(self.levels)} was due')
            del self.levels[depth:]
        self.levels.append(_Level())

    def level(self, depth: int, what: str) -> _Level | None:
        """The level that a line of this depth belongs to; deeper ones are over."""
        if depth >= len(self.levels):
            self.error(f"{what} without a KTAP version line before it")
            return None
        while len(self.levels) > depth + 1:
            child = self.levels.pop()
            self.close(child)
            self.finished_child = child
        return self.levels[depth]

    def plan(self, depth: int, count: int) -> None:
        level = self.level(depth, f"plan 1..{count}")
        if not level:
            return
        if level.plan is not None:
            self.error(f"a second plan, 1..{count}, after 1..{level.plan}")
        if level.nr_results:
            self.error(f"the plan 1..{count} comes after results")
        level.plan = count

    def diagnostic(self, depth: int, text: str) -> None:
        if depth >= len(self.levels):
            return
        level = self.levels[depth]
        if match := SUBTEST_LINE.match(text):
            level.name = match[1]
        elif depth == 0 and (match := TOTALS_LINE.match(text)):
            self.totals = (int(match[1]), int(match[2]), int(match[3]))
        else:
            level.diagnostics.append(text)

    def result(self, depth: int, passed: bool, number: int, name: str, skip: str | None) -> None:
        level = self.level(depth, f"result {number} {name}")
        if not level:
            return
        level.nr_results += 1
        level.nr_failed += not passed
        if number != level.nr_results:
            self.error(f"{name} has number {number}, but is result {level.nr_results}")
            level.nr_results = number
        child, self.finished_child = self.finished_child, None
        diagnostics, level.diagnostics = level.diagnostics, []
        if child:
            if child.name != name:
                self.error(f"the results of {child.name} end in a result for {name}")
            if passed != (child.nr_failed == 0):
                self.error(f"{name} says {'ok' if passed else 'not ok'}, its tests say otherwise")
            return
        full_name = ".".join([outer.name or "?" for outer in self.levels[1:]] + [name])
        if full_name in self.names:
            self.error(f"{full_name} has two results")
        self.names.add(full_name)
        self.last = full_name
        self.report.results.append(Result(full_name, passed, skip, tuple(diagnostics)))

    def close(self, level: _Level) -> None:
        what = level.name or "the run"
        if level.plan is None:
            self.error(f"{what} has no plan")
        elif level.plan != level.nr_results:
            self.error(f"{what} planned {level.plan} results, {level.nr_results} came")

    def finish(self) -> Report:
        if not self.levels:
            self.error("no KTAP in the log")
            return self.report
        if len(self.levels) > 1 or self.finished_child:
            self.error(f"the log ends within a suite, after {self.last}")
        while self.levels:
            self.close(self.levels.pop())
        report = self.report
        if not report.results:
            self.error("no test ran")
        counts = (report.nr_passed, report.nr_failed, report.nr_skipped)
        if self.totals and self.totals != counts:
            self.error("the log's own totals are %d, %d, %d;" % self.totals + " the results: %d, %d, %d" % counts)
        return report


def parse(log: str) -> Report:
    """All results of a log, with everything that is wrong with it."""
    parser = _Parser()
    for line in log.splitlines():
        parser.line(line.rstrip())
    return parser.finish()
