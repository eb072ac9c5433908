# SPDX-License-Identifier: MIT
"""The lists in tests/mutations/ (its README.md says the format)."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .operators import Mutant
from .source import regions_of


class ListError(Exception):
    """A list that cannot be read, or an entry whose old lines are not there once."""


@cache
def places(text: str) -> dict[str, list[tuple[int, int]]]:
    """Where the whole lines of each function, macro and table are."""
    found: dict[str, list[tuple[int, int]]] = {}
    for region in regions_of(text):
        start = text.rfind("\n", 0, region.head) + 1
        found.setdefault(region.name, []).append((start, text.index("\n", region.end) + 1))
    return found


@dataclass
class Hunk:
    """Whole lines of a file that become others; within a function, if one is named."""

    path: str
    function: str = ""
    old: str = ""
    new: str = ""

    def count(self, text: str) -> int:
        return len(self.find(text))

    def find(self, text: str) -> list[int]:
        """Where the old lines begin."""
        spans = places(text).get(self.function, []) if self.function else [(0, len(text))]
        found = []
        for start, end in spans:
            at = text.find(self.old, start, end) if self.old else -1
            while at >= 0:
                if at == 0 or text[at - 1] == "\n":
                    found.append(at)
                at = text.find(self.old, at + 1, end)
        return found

    def apply(self, text: str) -> str:
        found = self.find(text)
        if len(found) != 1:
            where = f"{self.function}() of {self.path}" if self.function else self.path
            raise ListError(f"the old lines occur {len(found)} times in {where}, not once")
        return text[: found[0]] + self.new + text[found[0] + len(self.old) :]

    def __str__(self) -> str:
        lines = difflib.ndiff(self.old.splitlines(True), self.new.splitlines(True))
        changed = "".join(f"{line[0]}{line[2:]}" for line in lines if line[0] != "?")
        return f"in {self.function}\n{changed}" if self.function else changed


@dataclass
class Listed:
    """An entry of a list: a mutation that no operator makes, or an operator's that changes nothing."""

    where: str
    name: str = ""
    says: str = ""  # what it breaks, or why it breaks nothing
    equivalent: bool = False
    hunks: list[Hunk] = field(default_factory=list)

    def apply(self, read: Callable[[str], str]) -> dict[str, str]:
        """The changed files' new texts; `read` gives the old ones."""
        texts: dict[str, str] = {}
        for hunk in self.hunks:
            texts[hunk.path] = hunk.apply(texts.get(hunk.path) or read(hunk.path))
        if not texts:
            raise ListError("it changes nothing")
        return texts


def read_list(path: Path) -> list[Listed]:
    entries: list[Listed] = []
    file = ""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        word, _, rest = line.partition(" ")
        if not line or line[0] == "#":
            continue
        if word == "file":
            file = rest
        elif word in ("mutation", "equivalent:"):
            name, _, says = rest.partition(": ") if word == "mutation" else ("", "", rest)
            entries.append(Listed(f"{path.stem}:{number}", name, says, word != "mutation", [Hunk(file)]))
        elif entries and word == "in":
            entries[-1].hunks[-1].function = rest
        elif entries and word == "and":
            entries[-1].hunks.append(Hunk(rest or file))
        elif entries and line[0] in " +-":
            entries[-1].hunks[-1].old += f"{line[1:]}\n" if line[0] != "+" else ""
            entries[-1].hunks[-1].new += f"{line[1:]}\n" if line[0] != "-" else ""
        else:
            raise ListError(f"{path}:{number}: what is this line?")
    return entries


def read_lists(folder: Path) -> list[Listed]:
    entries = [entry for path in sorted(folder.glob("*.mut")) for entry in read_list(path)]
    names = [entry.name for entry in entries if entry.name]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ListError(f"used twice: {', '.join(twice)}")
    return entries


def hunk_of(mutant: Mutant, text: str) -> Hunk:
    """What a mutant changes, as a list says it: as few lines before it as make it unique."""
    start = text.rfind("\n", 0, mutant.start) + 1
    end = text.index("\n", mutant.end) + 1
    new = mutant.apply(text)[start : end + len(mutant.new) - (mutant.end - mutant.start)]
    hunk = Hunk(mutant.path, mutant.region, text[start:end], new)
    while hunk.count(text) > 1 and start:
        before = text.rfind("\n", 0, start - 1) + 1
        line = text[before:start]
        hunk = Hunk(hunk.path, hunk.function, line + hunk.old, line + hunk.new)
        start = before
    return hunk
