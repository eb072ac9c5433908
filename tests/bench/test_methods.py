# SPDX-License-Identifier: MIT
"""Every method does the same work: map, unmap, protect and translate, in every order and size of page,
with 4 levels and 5, on the host. test_answer.py asks the same of the kernel's rows."""

from pathlib import Path

import pytest

from bench.report import host, tables, work
from bench.report.rows import Ring, Row
from harness.build import Builder


@pytest.mark.parametrize("levels", [4, 5])
def test_every_method_does_all(builder: Builder, folder: Path, levels: int) -> None:
    ring = host.measure_methods(builder, folder, levels, repeats=1)
    assert work.missing(set(ring.values()), work.HOST_METHODS) == []
    for row in ring.rows:
        assert row.text or (row.figure > 0 and row.limit and row.ratio and row.q1), row
    # What is no measurement of the method is labelled, for programs too.
    software = {row.name for row in ring.rows if row.text}
    assert software == {"recursive.window", "temporary.window"}


def test_missing_rows_are_named() -> None:
    assert len(work.ROWS) == 48
    names = {f"offset.{row}" for row in work.ROWS}
    assert work.missing(names, ("offset",)) == []
    assert work.missing(names - {"offset.map_4_kib_single"}, ("offset",)) == ["offset.map_4_kib_single"]


def test_quietest() -> None:
    quiet, loud, other = Row("a", "ns", 8.0, 7.5), Row("a", "ns", 9.0, 7.0), Row("b", "ns", 1.0)
    text = Row("c.window", "text", text="in software")
    assert host.quietest([[loud, other, text], [quiet, other, text]]) == [quiet, other]


def test_table_of_methods() -> None:
    rows = [
        Row("offset.map", "ns", 8.0, q1=6.0, q3=10.0, limit=4.0, ratio=2.0),
        Row("recursive.map", "ns", 80.0, q1=80.0, q3=80.0, limit=4.0, ratio=20.0),
        Row("recursive.window", "text", text="in software"),
    ]
    assert tables.cells(Ring("", "", "", rows)) == [
        ["", "offset", "recursive", "limit", "spread", ""],
        ["map", "8 x2.00", "80 x20.00", "4", "50%", "ns"],
        ["window", "-", "in software", "", "", ""],
    ]


def test_table_of_one_thing() -> None:
    rows = [Row("map one by one", "ns", 8.0, 7.0, 7.5, 9.0, 4.0, 2.0, 2.2)]
    assert tables.cells(Ring("", "", "", rows))[1] == [
        "map one by one", "8", "7", "7.50-9", "4", "2", "2.20", "ns",
    ]  # fmt: skip
