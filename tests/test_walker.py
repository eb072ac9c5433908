# SPDX-License-Identifier: MIT
"""What the walker's code promises of its objects: direct calls, a small stack, headers that stand alone."""

import re
import subprocess
from pathlib import Path

import pytest

from harness.build import COMPILERS, TOP, Build, Builder

# All that is left are calls of the space's frame source: twice or so for each operation on ranges. Where the
# access method is no constant for the compiler, there are some 130.
INDIRECT_MOST = 16
FRAME_MOST, CHAIN_MOST = 768, 2048

NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "[^"]*?\\n(\d+) bytes', re.M)
EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', re.M)
METHOD = re.compile(r"(?::second_slot_(?:begin|end)|/access/(\w+)\.c:\1_(?:entry|root_entry|keeps|reaches|frame))$")


def objects_of_mm(builder: Builder, compiler: str) -> Path:
    return builder.target(Build(compiler, "defconfig"), "mercator.elf").parent / "obj/mm"


def indirect_calls(path: Path) -> int:
    said = subprocess.run(["objdump", "-d", "--no-show-raw-insn", path], text=True, capture_output=True, check=True)
    assert "_map_4>:" in said.stdout
    return len(re.findall(r"\t(?:call|jmp) +\*", said.stdout))


# The generic method's own function is called through a pointer; nothing else can be told from that.
@pytest.mark.parametrize("method", ["offset", "recursive", "second"])
@pytest.mark.parametrize("compiler", COMPILERS)
def test_calls_are_direct(compiler: str, method: str, builder: Builder) -> None:
    count = indirect_calls(objects_of_mm(builder, compiler) / f"pagetable/access/{method}.c.o")
    assert 0 < count <= INDIRECT_MOST


def stack(folder: Path) -> tuple[dict[str, int], dict[str, set[str]]]:
    """Each function's frame in bytes, and whom it calls."""
    frames: dict[str, int] = {}
    calls: dict[str, set[str]] = {}
    for path in folder.rglob("*.ci"):
        text = path.read_text()
        frames |= {name: int(size) for name, size in NODE.findall(text)}
        for caller, callee in EDGE.findall(text):
            calls.setdefault(caller, set()).add(callee)
    methods = {name for name in frames if METHOD.search(name)}
    assert len(methods) > 15
    for caller, callees in calls.items():
        if "__indirect_call" in callees and caller not in methods:  # theirs are calls of the caller's functions
            callees |= methods
    return frames, calls


def test_stack(builder: Builder) -> None:
    frames, calls = stack(objects_of_mm(builder, "gcc"))
    assert len(frames) > 300
    assert {name: size for name, size in frames.items() if size > FRAME_MOST} == {}

    deepest: dict[str, tuple[int, list[str]]] = {}

    def depth(name: str, above: tuple[str, ...] = ()) -> tuple[int, list[str]]:
        assert name not in above, f"recursion: {above}"
        if name not in deepest:
            below = max((depth(callee, (*above, name)) for callee in calls.get(name, ())), default=(0, []))
            deepest[name] = (frames.get(name, 0) + below[0], [name, *below[1]])
        return deepest[name]

    assert [chain for chain in map(depth, frames) if chain[0] > CHAIN_MOST] == []


def test_headers_stand_alone(tmp_path: Path) -> None:
    headers = sorted(path.relative_to(TOP) for path in (TOP / "mm").rglob("*.h"))
    assert len(headers) > 35
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated/autoconf.h").write_text(
        "".join(f"#define CONFIG_{option} 1\n" for option in ("MAPPER_OFFSET", "MAPPER_RECURSIVE", "PHYSMAP"))
        + "#define CONFIG_RECURSIVE_SLOT 510\n#define CONFIG_RECURSIVE_SECOND_SLOT 509\n"
    )
    for header in headers:
        flags = ["-std=gnu11", "-Iplatform/host", "-Imm/include", f"-I{tmp_path}", "-include", "mercator/config.h"]
        subprocess.run(
            ["gcc", *flags, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", "-include", header, "/dev/null"],
            cwd=TOP,
            check=True,
        )
