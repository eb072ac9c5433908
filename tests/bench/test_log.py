# SPDX-License-Identifier: MIT
"""The log of the boot entry `bench`, as real machines leave it, is read by `make bench LOG=file`, and names
the machine; a log that says something else is refused with a message."""

import re
from pathlib import Path

import pytest

from bench.report import kernel, log
from bench.report.log import BenchFailed
from harness.build import TOP

LOG = """\
Mercator 1
bench format=2
bench cpu="GenuineIntel Some  CPU" hypervisor="KVMKVMKVM" levels=5
bench clock hertz=2495998000 source="crystal, CPUID 15H" invariant=yes emulated=no
[    0.1] bench offset.map_4_kib_single operations=511 per_operation=92.01 with_call=105.04
some other line: bench is a word
bench recursive.map_4_kib_single operations=511 per_operation=100.00 with_call=113.04\r
bench done rows=2 failed=0
"""


def read(folder: Path, text: str) -> tuple[dict[str, float], str, str]:
    (folder / "serial.log").write_bytes(text.encode("latin-1"))
    ring = kernel.read_log(folder / "serial.log")
    assert {row.unit for row in ring.rows} == {"TSC ticks"}
    return ring.values(), ring.title, ring.note


VALUES = {"offset.map_4_kib_single": 92.01, "recursive.map_4_kib_single": 100.0}


def test_log_of_own_machine(tmp_path: Path) -> None:
    values, title, note = read(tmp_path, LOG)
    assert values == VALUES
    assert title.endswith("GenuineIntel Some CPU under KVMKVMKVM")
    assert "2.496 GHz (crystal, CPUID 15H)" in note and "5 levels" in note
    assert not [word for word in ("EMULATED", "missing", "cut off", "change its speed") if word in note]


def noisy(text: str) -> str:
    """CRLF, colours, a line's first half before the whole one, bytes that are no text, blank lines."""
    lines = [f"\x1b[32m{line}\x1b[0m\r\n\r\n\xff\x00garbage {line[:20]}\n" for line in text.splitlines()]
    return "minicom says hello\r\n" + "".join(lines)


def test_noisy_log(tmp_path: Path) -> None:
    values, title, note = read(tmp_path, noisy(LOG))
    assert values == VALUES and "KVMKVMKVM" in title and "missing" not in note


def test_log_that_is_cut_off(tmp_path: Path) -> None:
    """The line where it ends is not half read."""
    values, _, note = read(tmp_path, LOG[: LOG.index("with_call=113") + 12])
    assert values == {"offset.map_4_kib_single": 92.01} and "cut off before its end" in note


def test_lost_row(tmp_path: Path) -> None:
    values, _, note = read(tmp_path, LOG.replace("per_operation=100.00", "per_opXration=100.00"))
    assert len(values) == 1 and "1 rows are missing" in note


def test_emulated(tmp_path: Path) -> None:
    text = LOG.replace("emulated=no", "emulated=yes").replace("hertz=2495998000", "hertz=0")
    _, _, note = read(tmp_path, text)
    assert "EMULATED" in note and "nobody says" in note


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no line of a benchmark"),
        ("nothing\n", "no line of a benchmark"),
        (LOG + "bench offset.protect_page failed: no memory\n", "no memory"),
        (LOG.replace("format=2", "format=3"), "of format 3"),
        (LOG.replace("bench format=2\n", ""), "of format 1"),
    ],
    ids=["empty", "other", "failed", "newer", "older"],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(BenchFailed, match=message):
        log.parse(text, "instructions")


def test_format_is_the_kernels() -> None:
    header = (TOP / "kernel/include/kernel/kbench.h").read_text()
    assert re.findall(r"#define KBENCH_FORMAT (\d+)", header) == [str(log.FORMAT)]
