# SPDX-License-Identifier: MIT
"""Which lines each suite executes, by gcov: a suite that never comes to a function cannot judge a mutant of it."""

import json
import threading
from os.path import normpath
from pathlib import Path

from . import process
from .trees import Program, execute

SECONDS = 1800


class Reach:
    def __init__(self, program: Program) -> None:
        """program: built with --coverage."""
        self.program = program
        self.lock = threading.Lock()
        self.lines: dict[str, dict[str, list[int]]] = {}  # by suite and file

    def measure(self, suites: list[str]) -> None:
        with self.lock:
            if self.lines:
                return
            cache = self.program.path.with_suffix(".reach")
            if not cache.is_file() or cache.stat().st_mtime < self.program.path.stat().st_mtime:
                cache.write_text(json.dumps({suite: self.executed(suite) for suite in suites}))
            self.lines = json.loads(cache.read_text())

    def executed(self, suite: str) -> dict[str, list[int]]:
        counts = self.program.path.parent
        for path in counts.rglob("*.gcda"):
            path.unlink()
        process.run([str(self.program.path), f"{suite}.*"], SECONDS)
        found: dict[str, set[int]] = {}
        for line in execute(["gcov", "-j", "-t", *map(str, counts.rglob("*.gcda"))], counts).splitlines():
            for file in json.loads(line)["files"] if line.startswith("{") else []:
                executed = {entry["line_number"] for entry in file["lines"] if entry["count"]}
                found.setdefault(normpath(file["file"]), set()).update(executed)
        return {name: sorted(lines) for name, lines in found.items() if lines}

    def reaches(self, suite: str, path: str, lines: range) -> bool:
        return suite not in self.lines or any(line in lines for line in self.lines[suite].get(path, []))
