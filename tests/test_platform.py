# SPDX-License-Identifier: MIT
"""mm's seam: what it asks for is what mercator/platform.h says, and its public face has one prefix."""

import re
import subprocess
from pathlib import Path

import pytest

from harness.build import COMPILERS, TOP, Build, Builder

PLATFORM = TOP / "mm/include/mercator/platform.h"
FACE = sorted(PLATFORM.parent.glob("*.h"))
# Of the configuration: its name is Linux's, and so is what it does.
OTHERS_TOO = re.compile(r"IS_ENABLED\w*$")
# Of a name that is defined, nm says the address, too.
DEFINED = re.compile(r"^[0-9a-f]+ [A-Za-z] (\S+)$", re.M)
UNDEFINED = re.compile(r"^ +U (\S+)$", re.M)
# Compilers call them for loops and assignments.
OF_C = {"memcpy", "memset"}


def symbols(folder: Path) -> tuple[set[str], set[str]]:
    """Those that the objects below a folder define, and those that they want."""
    objects = sorted(folder.rglob("*.o"))
    assert len(objects) > 20
    said = subprocess.run(["nm", "--no-demangle", *objects], text=True, capture_output=True, check=True).stdout
    return set(DEFINED.findall(said)), set(UNDEFINED.findall(said))


@pytest.mark.parametrize("compiler", COMPILERS)
def test_symbols(compiler: str, builder: Builder) -> None:
    elf = builder.target(Build(compiler, "debug_defconfig"), "mercator.elf")
    defined, wanted = symbols(elf.parent / "obj/mm")
    declared = set(re.findall(r"^[^\s*][^\n*]*\b(\w+)\([^\n]*\);", PLATFORM.read_text(), re.M))
    assert declared, "nothing is declared there"
    assert wanted - defined - OF_C == declared


def public_names(text: str) -> set[str]:
    """The macros, types, constants and functions of a header of ours, which is laid out as .clang-format says."""
    text = re.sub(r"/\*.*?\*/|__attribute__\(\(.*?\)\)\s", "", text, flags=re.S)
    names = set(re.findall(r"^#define (\w+)", text, re.M))
    names |= set(re.findall(r"^(?:typedef )?(?:struct|enum|union) (\w+) \{", text, re.M))
    names |= set(re.findall(r"^(?:\}|typedef .*?) \**(\w+);", text, re.M))
    for constants in re.findall(r"^enum \w* ?\{\n(.*?)^\}", text, re.M | re.S):
        names |= set(re.findall(r"^\t(\w+)(?: = [^,]+)?,", constants, re.M))
    names |= set(re.findall(r"^\w[^#=\n]*?\b(\w+)\((?![^()]*\bpacked\b)[^;{]*?\)\n?[;{]", text, re.M | re.S))
    return {name for name in names if not name.startswith("MERCATOR_") and not OTHERS_TOO.match(name)}


def test_prefix() -> None:
    names = set().union(*(public_names(path.read_text()) for path in FACE))
    assert {"MC_PT_P", "mc_space", "mc_pfn_t", "MC_RIGHT_WRITE", "mc_mapper_map", "mc_virt_raw", "mc_cursor_open"} <= names
    assert len(names) > 200
    assert {name for name in names if not name.startswith(("mc_", "MC_"))} == set()


# On a platform of tier 0, which says nothing but that, a program that builds tables takes the generic method,
# these files, and one line of configuration.
TIER_0 = ["mm/error.c", "mm/pagetable/access/generic.c", "mm/space/space.c", "mm/space/tlb.c"] + [
    f"mm/pagetable/{name}.c" for name in "cursor mapper merge range reserve root visit walk window".split()
]


@pytest.mark.parametrize("optimise", ["-O0", "-O2"])
def test_tier_0(optimise: str, tmp_path: Path) -> None:
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated/autoconf.h").write_text("#define CONFIG_MAPPER_GENERIC 1\n")
    (tmp_path / "mercator_platform.h").write_text("#define MC_PLATFORM_TIER 0\n")
    flags = ["-std=gnu11", optimise, "-Wall", "-Wextra", "-Werror", "-Imm/include", "-include", "mercator/config.h"]
    program = tmp_path / "program"
    subprocess.run(["gcc", *flags, f"-I{tmp_path}", "-o", program, *TIER_0, "tests/mm/tier_0.c"], cwd=TOP, check=True)
    assert subprocess.run([program], text=True, capture_output=True, check=True).stdout == "0x40001000\n"
