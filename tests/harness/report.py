# SPDX-License-Identifier: MIT
"""How results are counted and printed: a pytest plugin.

Each pytest item is one line on the terminal. The KTAP results that an item reports (through the
fixture kernel_tests) count as tests of their own in pytest's summary, but are not printed, unless
they fail. They are additional reports of the item; pytest-xdist wants those to carry the item's
name, so they get their own only in the process that prints.
"""

import pytest

from harness import ktap

KTAP_NAME = "ktap"  # properties of a report, which survive the way from a worker
KTAP_COUNTS = "ktap counts"
LOG_TAIL = 40  # lines of the serial log that a failure shows


def log_tail(log: str) -> str:
    lines = log.splitlines()
    cut = [f"[... {len(lines) - LOG_TAIL} lines before]"] if len(lines) > LOG_TAIL else []
    return "\n".join(cut + lines[-LOG_TAIL:]) or "[nothing]"


class KernelTests:
    """Judges a log with KTAP in it, for one pytest item."""

    def __init__(self, item: pytest.Item) -> None:
        self.item = item

    def judge(self, log: str, where: str, contradictions: list[str] | None = None) -> ktap.Report:
        """
        Reports each KTAP result of the log as a test. Fails the item if one failed, if the log is
        malformed, or if there are contradictions (what the caller found wrong besides).
        """
        report = ktap.parse(log)
        self.item.user_properties.append((KTAP_COUNTS, str(report)))
        for result in report.results:
            self.item.ihook.pytest_runtest_logreport(report=self.sub_report(result))
        errors = (contradictions or []) + report.errors
        if report.nr_failed:
            names = [result.name for result in report.results if not result.passed]
            errors.append(f"{len(names)} failed: {' '.join(names)}")
        if errors:
            pytest.fail("\n".join(errors) + f"\n\n{where} ends:\n{log_tail(log)}", pytrace=False)
        return report

    def sub_report(self, result: ktap.Result) -> pytest.TestReport:
        path, line, name = self.item.location
        longrepr: str | tuple[str, None, str] | None = None
        if not result.passed:
            longrepr = "\n".join([*result.diagnostics, f"not ok {result.name}"])
        elif result.skipped:
            longrepr = (result.name, None, result.skip_reason or "no reason given")
        outcome = "failed" if not result.passed else "skipped" if result.skipped else "passed"
        return pytest.TestReport(
            nodeid=self.item.nodeid,
            location=(path, line, f"{name}: {result.name}"),
            keywords={},
            outcome=outcome,
            longrepr=longrepr,
            when="call",
            user_properties=[(KTAP_NAME, result.name)],
        )


@pytest.fixture
def kernel_tests(request: pytest.FixtureRequest) -> KernelTests:
    return KernelTests(request.node)


def prints(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Counted as ever; no letter, so that the line that Printer writes is all that is printed."""
    if not isinstance(report, pytest.TestReport) or (report.when != "call" and report.passed):
        return None
    if report.failed:
        return "failed" if report.when == "call" else "error", "", "FAILED"
    return report.outcome, "", ""


def pytest_configure(config: pytest.Config) -> None:
    if prints(config):
        config.pluginmanager.register(Printer(config), "mercator-printer")


class Printer:
    """One line an item, where the terminal is."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        properties = dict(report.user_properties)
        if KTAP_NAME in properties:
            report.nodeid += f"::{properties[KTAP_NAME]}"
        elif report.when == "call" or not report.passed:
            self.line(report, properties.get(KTAP_COUNTS))

    def line(self, report: pytest.TestReport, counts: str | None) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        word, colour = {
            "passed": ("ok", {"green": True}),
            "skipped": ("skip", {"yellow": True}),
            "failed": ("FAILED", {"red": True}),
        }[report.outcome]
        terminal.ensure_newline()
        terminal.write(f"{word:7}", **colour)
        details = f"{counts} in" if counts else "in"
        terminal.write_line(f"{readable(report.nodeid)}: {details} {report.duration:.1f} s")


def readable(nodeid: str) -> str:
    """boot/test_machines.py::test_boot[bios-pc gcc default] is "boot bios-pc gcc default"."""
    name = nodeid.split("::", 1)[1].removeprefix("test_").removesuffix("@small")
    return name.replace("[", " ").removesuffix("]").replace("_", " " if "[" not in name else "_")
