# SPDX-License-Identifier: MIT
"""The KTAP parser: what is right is counted, and nothing that is wrong passes."""

import pytest

from harness.ktap import Result, parse

GOOD = """\
[info] Mercator
KTAP version 1
# seed=1
1..2
  KTAP version 1
  # Subtest: string
  1..2
  ok 1 copies
  ok 2 moves # SKIP no room
ok 1 string
  KTAP version 1
  # Subtest: fmt
  1..1
  ok 1 numbers
ok 2 fmt
# 2 passed, 0 failed, 1 skipped
[info] done
"""

FAILED = (
    GOOD.replace("  ok 1 numbers", "  # fmt.c:1: got 1, not 2\n  # again\n  not ok 1 numbers")
    .replace("ok 2 fmt", "not ok 2 fmt")
    .replace("# 2 passed, 0 failed", "# 1 passed, 1 failed")
)


def test_counts_what_passed_and_what_was_skipped():
    report = parse(GOOD)
    assert report.errors == []
    assert report.results == [
        Result("string.copies", True),
        Result("string.moves", True, "no room"),
        Result("fmt.numbers", True),
    ]
    assert str(report) == "2 passed, 1 skipped"


def test_a_failure_has_its_own_diagnostics():
    report = parse(FAILED)
    assert report.errors == []
    assert report.nr_failed == 1
    assert report.results[2].diagnostics == ("# fmt.c:1: got 1, not 2", "# again")


def test_reads_carriage_returns_and_lines_of_others():
    assert parse(GOOD.replace("\n", "\r\n")).errors == []
    noisy = GOOD.replace("  ok 1 copies", "[warn] is it ok 1 said\n [odd] 1..3\n  ok 1 copies")
    assert parse(noisy).errors == []


def test_suites_may_be_absent():
    report = parse("KTAP version 1\n1..1\nok 1 alone\n")
    assert report.errors == []
    assert report.results == [Result("alone", True)]


MALFORMED = {
    "no KTAP at all": ("", "no KTAP"),
    "only a log": ("[info] Mercator\n[info] done\n", "no KTAP"),
    "no test ran": ("KTAP version 1\n1..0\n", "no test ran"),
    "unknown version": (GOOD.replace("KTAP version 1", "KTAP version 2", 1), "version 2"),
    "a suite is missing": (GOOD.split("  KTAP version 1\n  # Subtest: fmt")[0], "planned 2"),
    "a result is missing": (GOOD.replace("  ok 2 moves # SKIP no room\n", ""), "planned 2"),
    "the first result is missing": (GOOD.replace("  ok 1 copies\n", ""), "has number 2"),
    "one result too many": (GOOD.replace("  ok 1 numbers", "  ok 1 numbers\n  ok 2 more"), "planned 1"),
    "numbers out of order": (GOOD.replace("ok 2 moves", "ok 3 moves"), "number 3"),
    "no plan": (GOOD.replace("  1..1\n", ""), "fmt has no plan"),
    "no plan for the run": (GOOD.replace("\n1..2\n", "\n", 1), "the run has no plan"),
    "two plans": (GOOD.replace("  1..1\n", "  1..1\n  1..1\n"), "second plan"),
    "plan after results": (GOOD.replace("  1..1\n  ok 1 numbers", "  ok 1 numbers\n  1..1"), "after results"),
    "cut within a suite": (GOOD[: GOOD.index("  ok 2 moves")], "ends within a suite"),
    "cut after a suite's tests": (GOOD[: GOOD.index("ok 2 fmt")], "ends within a suite"),
    "cut within a line": (GOOD[: GOOD.index("ok 2 fmt") + 3], "ends within a suite"),
    "bail out": (GOOD + "Bail out! panic during fmt.numbers\n", "Bail out!"),
    "bail out within a suite": (GOOD[: GOOD.index("  ok 1 numbers")] + "Bail out! oh\n", "Bail out!"),
    "the suite contradicts its tests": (GOOD.replace("ok 1 string", "not ok 1 string"), "otherwise"),
    "a failed test in a passed suite": (GOOD.replace("  ok 1 numbers", "  not ok 1 numbers"), "otherwise"),
    "another suite's result": (GOOD.replace("ok 2 fmt", "ok 2 log"), "a result for log"),
    "the same test twice": (GOOD.replace("ok 2 moves # SKIP no room", "ok 2 copies"), "two results"),
    "wrong totals": (GOOD.replace("# 2 passed", "# 3 passed"), "totals"),
    "the run starts again": (GOOD + GOOD, "version"),
    "result without a version line": ("ok 1 alone\n", "without a KTAP version"),
}


@pytest.mark.parametrize("log, error", MALFORMED.values(), ids=MALFORMED.keys())
def test_refuses(log: str, error: str):
    assert any(error in text for text in parse(log).errors), parse(log).errors
