# SPDX-License-Identifier: MIT
"""`make bench`: what its driver reads and writes, and one run from end to end, with the rings that take
seconds. Cf. test_icount.py and test_mappers.py for the others."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from bench.report import abilities, growth, kernel, page, plots, sources, tables
from bench.report.rows import Ring, Row, read_rows
from bench.test_log import LOG
from harness.build import TOP, Builder

def test_rows_come_back(tmp_path: Path) -> None:
    rows = [Row("a", "ns", 1.5, 1.0, 1.2, 1.8, 2.0, 0.75, 1.1), Row("c", "text", text="cannot"), Row("b", "bytes", 4096)]
    Ring("file", "title", "note", rows).write(tmp_path)
    assert read_rows(tmp_path / "file.json") == rows
    assert json.loads((tmp_path / "file.json").read_text())[2] == {
        "name": "b", "unit": "bytes", "value": 4096,
    }  # fmt: skip


def test_columns_are_methods() -> None:
    rows = [Row("recursive.map", "n", 2), Row("offset.map", "n", 1), Row("audit.space", "n", 3)]
    methods, table = tables.by_method(rows)
    assert methods == ["", "offset", "recursive"]
    assert {what: {m: row.value for m, row in line.items()} for what, line in table.items()} == {
        "map": {"recursive": 2, "offset": 1},
        "audit.space": {"": 3},
    }


def test_numbers() -> None:
    assert [tables.number(x) for x in (None, 1048576, 92.014)] == ["", "1,048,576", "92.01"]


PROFILE = """\
events: Ir Dr Dw D1mr D1mw DLmr DLmw
fn=(1) measured_map
12 10 1
+3 5 0 2
cfn=(2) mc_mapper_map
calls=1000 7
+1 1000 20 30 4
fn=(2)
1 1000 20 30 4
fn=(1)
* 7
"""


def test_profile() -> None:
    """The callee counts once, in who calls it; costs that are 0 at the end are left out."""
    costs = growth.parse_profile(PROFILE)
    assert costs.keys() == {"map"}
    assert (costs["map"]["Ir"], costs["map"]["Dr"], costs["map"]["Dw"]) == (1022, 21, 32)
    assert {row.name: row.value for row in growth.rows_of("offset", 1000, costs)} == {
        "offset.map_among_1000": 1.022,
        "offset.map_among_1000_data": 0.053,
        "offset.map_among_1000_d1_misses": 0.004,
        "offset.map_among_1000_ll_misses": 0,
    }


def test_lines_of_code() -> None:
    assert sources.lines_of_code("/* a\n * b */\n\nint a; /* c */\n#define B\n") == 2


def test_rules() -> None:
    document = "\n### One\n*Its user must know:*\n- a\n- b\n  c\n### Two\n*Its user must know:* nothing.\n"
    assert [sources.rules(document, f"### {name}") for name in ("One", "Two")] == [2, 0]


def test_rules_are_found_in_the_document() -> None:
    values = sources.count().values()
    assert values["recursive.rules"] >= 5 and values["offset.rules"] == 0
    assert values["generic.rules"] >= 1 and values["temporary.rules"] >= 3


def test_what_is_no_figure_is_said_in_the_row() -> None:
    rows = [Row("offset.lines", "n", 4), Row("generic.pages", "n", 3), Row("offset.pages", "n", 2)]
    assert abilities.with_generic(rows) == [*rows, Row("generic.lines", "text", text="as its map")]
    measured = [Row("offset.read_frame", "n", 2)]
    assert kernel.with_cannot(measured)[1:] == [Row("recursive.read_frame", "text", text="cannot")]
    assert kernel.with_cannot(rows) == rows


def test_formats_that_permit_recursion() -> None:
    permitted = {f.name for f in abilities.FORMATS if abilities.permits_recursion(f)}
    assert {f.name for f in abilities.FORMATS} - permitted == {"risc_v_sv39"}
    texts = {row.name: row.text for row in abilities.ring().rows}
    assert texts["recursive.format_risc_v_sv39"] == "cannot" and texts["offset.format_risc_v_sv39"] == "yes"


def test_page_is_self_contained() -> None:
    ring = Ring("kernel-4-levels", "a <title>", "note", [Row("offset.map_page", "n", 92.0)])
    picture = plots.bars(ring, {"map_page": "map page"}, "a picture", "n", "what there is to see")
    ElementTree.fromstring(picture.svg)
    assert picture.table == [["", "offset", ""], ["map page", "92", "n"]]
    text = page.report("about", [picture], [ring])
    assert "a &lt;title&gt;" in text and "92" in text and "map page" in text
    assert not [word for word in ("src=", "<link", "<script", "@import") if word in text]


def test_from_end_to_end(builder: Builder, folder: Path) -> None:
    log = folder / "own.log"
    log.write_text(LOG)
    command = [sys.executable, "-m", "bench.report", "--quick", "--rings", "claims", "--log", str(log)]
    command += ["--builds", str(builder.folder), "--out", str(folder), "--report", str(folder / "report")]
    done = subprocess.run(
        command, cwd=TOP, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": "tests"}, text=True,
        capture_output=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "The claims of the argument" in done.stdout and "counting what" in done.stderr
    claims = {row.name: row.value for row in read_rows(folder / "claims.json")}
    # A walk reads an entry per level, whatever the method.
    for levels in (4, 5):
        for method in ("offset", "recursive"):
            assert claims[f"{method}.translate_lines_{levels}_levels_1g"] == levels
    assert read_rows(folder / "own-machine.json")
    text = (folder / "report/index.html").read_text()
    assert text.count("<svg") == text.count("The figures") == 4 and "own machine" in text
