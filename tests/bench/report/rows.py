# SPDX-License-Identifier: MIT
"""Rows of results, in the format that tests/bench/measure.c writes."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure, or a text where the answer is none: tests/bench/measure.h says what each key means."""

    name: str
    unit: str
    value: float | None = None
    min: float | None = None
    q1: float | None = None
    q3: float | None = None
    limit: float | None = None
    ratio: float | None = None
    target: float | None = None
    text: str | None = None

    @property
    def figure(self) -> float:
        if self.value is None:
            raise ValueError(f"{self.name} is a text: {self.text}")
        return self.value


@dataclass
class Ring:
    """What was measured in one place. `file` is the JSON's name, without its suffix."""

    file: str
    title: str
    note: str
    rows: list[Row] = field(default_factory=list)

    def value(self, name: str) -> float:
        return self.values()[name]

    def values(self) -> dict[str, float]:
        """The figures; rows of text have none."""
        return {row.name: row.value for row in self.rows if row.value is not None}

    def write(self, folder: Path) -> None:
        table = [{k: v for k, v in asdict(row).items() if v is not None} for row in self.rows]
        lines = ",\n".join(f"  {json.dumps(row)}" for row in table)
        (folder / f"{self.file}.json").write_text(f"[\n{lines}\n]\n")


def read_rows(path: Path) -> list[Row]:
    return [Row(**row) for row in json.loads(path.read_text())]
