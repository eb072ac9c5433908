# SPDX-License-Identifier: MIT
"""docs/tour.md against the kernel: each block of the tour is what its command line prints.

What is compared is masked first, on both sides:
  - hexadecimal numbers of four and more digits become X, unless a command of the tour has that number
  - decimal numbers of three and more digits become N, except 512 and the indices in [brackets]
  - sizes become N, except those that are pages or that the tour asks for; behind ranges, all
  - the rows of the picture of memory, each as a whole
  - blanks count as one

`make tour` writes the outputs of now into the document.
"""

import re
from pathlib import Path

import pytest

from harness.build import TOP, Build, Builder, Iso
from harness.qemu import PASSED_STATUS, Qemu

TOUR = TOP / "docs/tour.md"
PROMPT = "mercator> "
BLOCK = re.compile(rf"^```\n{PROMPT}(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
STOPS = 10

KEPT_SIZES = {"4 KiB", "2 MiB", "1 GiB", "4 MiB"}
HEX = re.compile(r"\b(0x)?(?=[0-9a-f]*[0-9])[0-9a-f]{4,16}\b")
SIZE = re.compile(r"\b\d+(\.\d)? ([KMGT]iB)\b")
COUNT = re.compile(r"(?<!\[)\b\d{3,}\b(?!\])")
RANGE_SIZE = re.compile(r"^(X-X +)\d\S* ([KMGT]iB)", re.MULTILINE)
PICTURE_ROW = re.compile(r"^[0-9a-f]{12} [.#TK+r ]{64}$", re.MULTILINE)


def mask(text: str, commands: str) -> str:
    typed = {int(number, 16) for number in re.findall(r"0x[0-9a-f]+", commands)}

    def number(match: re.Match[str]) -> str:
        value = int(match[0], 16)
        return f"{value:x}h" if value in typed else "X"

    text = PICTURE_ROW.sub("row", text)
    text = SIZE.sub(lambda m: m[0] if m[0] in KEPT_SIZES else f"N {m[2]}", text)
    text = RANGE_SIZE.sub(r"\1N \2", HEX.sub(number, text))
    text = COUNT.sub(lambda m: m[0] if m[0] == "512" else "N", text)
    return "\n".join(re.sub(" +", " ", line).strip() for line in text.strip().splitlines())


def outputs(builder: Builder, folder: Path, lines: list[str]) -> list[str]:
    """What each line prints, all in one boot after the self-tests; prompts stay but the first."""
    cmdline = f'selftest loglevel=1 run="{"; ".join(lines)}" exit=isa-debug'
    iso = builder.iso(Build("gcc", "defconfig"), Iso("tour", cmdline))
    with Qemu(folder, "-m", "256M", "-cpu", "max", "-cdrom", str(iso)) as qemu:
        assert qemu.wait() == PASSED_STATUS
        log = qemu.serial()
    said = re.split(rf"^{PROMPT}.*\n", log, flags=re.MULTILINE)[1:]
    result = []
    for line in lines:
        count = len(line.split(";"))
        result.append("".join(said[:count]))
        said = said[count:]
    assert not said
    return result


def test_tour(builder: Builder, folder: Path, pytestconfig: pytest.Config) -> None:
    text = TOUR.read_text()
    blocks = BLOCK.findall(text)
    assert len(blocks) == STOPS
    lines = [line for line, _ in blocks]
    fresh = outputs(builder, folder, lines)
    if pytestconfig.getoption("write_tour"):
        now = iter(fresh)
        text = BLOCK.sub(lambda m: f"```\n{PROMPT}{m[1]}\n{next(now)}```", text)
        TOUR.write_text(text)
        blocks = BLOCK.findall(text)
    commands = " ".join(lines)
    for (line, shown), said in zip(blocks, fresh, strict=True):
        assert mask(shown, commands) == mask(said, commands), line


def test_mask() -> None:
    """What the mask lets pass, and what not."""
    shown = "PT  [257]  0000000000101121  4 KiB   101000  255 live  at 0x40000000: 512 live, 1.3 MiB"
    other = "PT [257] 0000000000222121 4 KiB 222000 260 live at 0x40000000: 512 live, 1.4 MiB"
    assert mask(shown, "walk 0x40000000") == mask(other, "walk 0x40000000")
    for old, new in (("257", "258"), ("4 KiB", "2 MiB"), ("40000000", "40001000"), ("512", "511"), ("live", "free")):
        assert mask(shown, "walk 0x40000000") != mask(shown.replace(old, new), "walk 0x40000000")
