# SPDX-License-Identifier: MIT
"""What mm asks for is what mercator/platform.h says."""

import re
import subprocess
from pathlib import Path

import pytest

from harness.build import COMPILERS, TOP, Build, Builder

PLATFORM = TOP / "mm/include/mercator/platform.h"
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
    declared = set(re.findall(r"^[^\n*]*\b(\w+)\([^\n]*\);", PLATFORM.read_text(), re.M))
    assert declared, "nothing is declared there"
    assert wanted - defined - OF_C == declared
