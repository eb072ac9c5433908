# SPDX-License-Identifier: MIT
"""The log of the in-kernel benchmark, as a serial port, a terminal program and people leave it: with other
lines between, time stamps, colours, carriage returns, lines cut short (kernel/include/kernel/kbench.h)."""

import re
from dataclasses import dataclass

from bench.report.rows import Row

FORMAT = 2  # KBENCH_FORMAT

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x00")
LINE = re.compile(r"\bbench (\S+) operations=\d+ per_operation=(\d+\.\d\d) with_call=\d+\.\d\d$")
FAILED = re.compile(r"\bbench (\S+) failed: (.*)$")
KEY = re.compile(r"(\w+)=(?:\"([^\"]*)\"|(\S+))")
ABOUT = re.compile(r"\bbench (?:format=|cpu=|clock |done )")


class BenchFailed(Exception):
    pass


@dataclass(frozen=True)
class Log:
    rows: list[Row]
    about: dict[str, str]  # the keys of the lines that are no rows

    def lost(self) -> int | None:
        """How many rows are missing; None if the end is."""
        return int(self.about["rows"]) - len(self.rows) if "rows" in self.about else None

    def machine(self) -> str:
        under = f" under {self.about['hypervisor']}" if self.about.get("hypervisor") else ""
        return " ".join(self.about.get("cpu", "an unknown CPU").split()) + under

    def clock(self) -> str:
        hertz = int(self.about.get("hertz", "0"))
        if not hertz:
            return "nobody says how fast the time-stamp counter is"
        steady = "" if self.about.get("invariant") == "yes" else "; it may change its speed"
        return f"the time-stamp counter runs at {hertz / 1e9:.3f} GHz ({self.about['source']}){steady}"

    def is_emulated(self) -> bool:
        return self.about.get("emulated") == "yes"


def keys(line: str) -> dict[str, str]:
    return {key: quoted or plain for key, quoted, plain in KEY.findall(line)}


def parse(text: str, unit: str) -> Log:
    """A benchmark that failed, none at all, or a log of another format is an error. Of rows that are there
    twice, the last counts."""
    lines = [ESCAPES.sub("", line).strip() for line in text.splitlines()]
    failed = [f"{m[1]}: {m[2]}" for m in map(FAILED.search, lines) if m]
    if failed:
        raise BenchFailed("\n".join(failed))
    found = {m[1]: Row(m[1], unit, float(m[2])) for m in map(LINE.search, lines) if m}
    if not found:
        raise BenchFailed('the log has no line of a benchmark (boot the entry "benchmarks")')
    about: dict[str, str] = {}
    for line in filter(ABOUT.search, lines):
        about |= keys(line)
    said = about.get("format", "1")
    if said != str(FORMAT):
        raise BenchFailed(f"the log is of format {said}, and format {FORMAT} is read: boot an ISO of this version")
    return Log(list(found.values()), about)
