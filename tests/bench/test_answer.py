# SPDX-License-Identifier: MIT
"""docs/answer.md and docs/paging.md say what a bench run measures: exactly, where the compiler is the one that
the first names; within 10 % otherwise, but what the kernel counts is then only told (gate.py). Sizes are the
same by any compiler."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from bench.gate import hold
from bench.report import abilities, answer, growth, host, kernel, sources, work
from bench.report.rows import Ring, Row
from harness.build import TOP, Builder

ANSWER = TOP / "docs/answer.md"
MARGIN = 0.1


@pytest.fixture(scope="module")
def document() -> str:
    return ANSWER.read_text()


def margin(document: str) -> float:
    version = subprocess.run(["gcc", "--version"], text=True, capture_output=True).stdout.splitlines()[0]
    return 0 if version in " ".join(document.split()) else MARGIN


def test_counts_on_the_host(builder: Builder, folder: Path, document: str) -> None:
    rows = abilities.with_generic(host.read_rows(host.run_program(builder, folder, "claims")))
    claims = Ring("claims", "", "", rows)
    program = builder.target(kernel.GCC_DEFAULT, "bench/work")
    counted = Ring("growth", "", "", growth.count_setup(program, folder, "1g", "16_gib"))
    for method in growth.METHODS:
        for pages in (1_000, 1_000_000):
            counted.rows += growth.count(program, folder, method, pages)
    counted.rows += growth.count_small_setups(program, folder)
    rings = [claims, counted, sources.count(), abilities.ring()]
    assert answer.differences(document, rings, margin(document)) == []


def test_counts_in_the_kernel(
    builder: Builder, folder: Path, document: str, request: pytest.FixtureRequest
) -> None:
    ring = kernel.boot(builder, folder, "kernel-4-levels")
    assert work.missing(set(ring.values()), work.KERNEL_METHODS) == []
    five = kernel.boot(builder, folder / "5-levels", "kernel-5-levels", "*.translate_address")
    paging = (TOP / "docs/paging.md").read_text()
    assert len(list(answer.figures(paging, [ring]))) >= 19
    few = margin(document)
    wrong = answer.differences(document, [ring, five], few) + answer.differences(paging, [ring], few)
    hold(request, builder, f"{len(wrong)} rows differ by more than {few:.0%}", wrong)


def test_nanoseconds(document: str) -> None:
    """They are of the machine that is named, from JSON that is committed."""
    committed = (TOP / "docs/answer-host.json").read_text()
    assert len(answer.TIMED_ROW.findall(document)) >= 8
    assert answer.with_times(document, committed) == document
    about = json.loads(committed)
    assert about["machine"].split(",")[0] in document and about["compiler"] in " ".join(document.split())


def test_each_sentence_names_its_rows(document: str) -> None:
    """And each row is there, and of use to a sentence."""
    numbers = [int(n) for n in re.findall(r"^\| (\d+) \| ", document, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    text = document.partition("## The verdict")[2].partition("## What each")[0]
    points = re.split(r"^- ", text, flags=re.MULTILINE)[1:]
    cited = [{int(n) for group in re.findall(r"\(([\d, ]+)\)", point) for n in group.split(",")} for point in points]
    assert [point for point, rows in zip(points, cited) if not rows] == []
    assert set().union(*cited) == set(numbers)


def test_prose_says_what_the_rows_say(document: str) -> None:
    """Each percentage and factor of the verdict says how it comes about, and is right."""
    assert answer.derive(document) == document
    text = document.partition("## The verdict")[2].partition("## What each")[0]
    assert answer.UNBACKED.findall(text) == []
    assert len(answer.DERIVED.findall(text)) >= 10


TWO_ROWS = (
    "| 1 | a | `r` `a` | 100 | 112 | – | – |\n| 2 | b | `r` `b` | 200 | 190 | – | 3 KiB |\n"
)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("more 1 recursive/offset", "12 %"),
        ("times 2 offset/recursive", "1.1 times"),
        ("within 1,2 recursive/offset", "12 %"),
        ("within 2 recursive/offset", "5 %"),
        ("cell 2 temporary", "3 KiB"),
    ],
)
def test_derived(how: str, said: str) -> None:
    assert answer.derive(f"{TWO_ROWS}takes 99 %<!-- {how} --> (1)") == f"{TWO_ROWS}takes {said}<!-- {how} --> (1)"


ROW = "| 1 | what | `claims` `lines` | 100 | 12 KiB | – | 7 |\n"


def claims(recursive: float = 12288, offset: float = 100) -> list[Ring]:
    rows = [Row("offset.lines", "n", offset), Row("recursive.lines", "bytes", recursive)]
    return [Ring("claims", "", "", [*rows, Row("temporary.lines", "n", 7)])]


@pytest.mark.parametrize(
    ("rings", "margin", "wrong"),
    [
        (claims(), 0, 0),
        (claims(offset=101), 0, 1),
        (claims(offset=101), MARGIN, 0),
        (claims(offset=115), MARGIN, 1),
        (claims(recursive=12289), 0, 0),  # 12.0 KiB
        (claims(recursive=12800), MARGIN, 1),
        ([Ring("claims", "", "", [])], MARGIN, 4),
        ([], 0, 0),
    ],
)
def test_differences(rings: list[Ring], margin: float, wrong: int) -> None:
    assert len(answer.differences(ROW, rings, margin)) == wrong


def test_filled_in() -> None:
    empty = "a\n| 1 | what | `claims` `lines` | 0 | 0 | 0 | 0 |\nb\n"
    assert answer.filled_in(empty, claims()) == f"a\n{ROW}b\n"
