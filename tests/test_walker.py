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


COMMENT = re.compile(r"/\*.*?\*/", re.S)
# Besides: a CPU's own switch of spaces, and its own temporary page.
INVALIDATE = {"mm/space/tlb.c", "mm/space/space.c", "mm/temp_page.c", "mm/include/mercator/platform.h"}
# Bits of an entry, or an entry made of an address and bits.
OF_THE_FORMAT = re.compile(r"MC_PT_(P|W|U|PWT|PCD|A|D|PS|G|NX|PAT_\w+|\w+_FLAGS|ADDRESS_MASK|LIVE_\w+)\b|mc_phys_raw\([^|;]*\)\s\|\s")


def code() -> dict[str, str]:
    """mm's code without comments."""
    files = [path for path in (TOP / "mm").rglob("*.[ch]")]
    return {str(path.relative_to(TOP)): COMMENT.sub("", path.read_text()) for path in files}


def test_one_way_to_invalidate() -> None:
    named = {file for file, text in code().items() if re.search(r"mc_tlb_(invalidate_page|flush_all|load_root)\(", text)}
    assert named == INVALIDATE


def test_the_format_is_in_one_place() -> None:
    named = {file for file, text in code().items() if OF_THE_FORMAT.search(text)}
    assert named == {"mm/include/mercator/pt_format.h"}
