# SPDX-License-Identifier: MIT
"""The kernel's own account of its page tables against QEMU's page walker, entry by entry.

The kernel dumps every entry by its own mapper; from the dump, a model of the MMU lists what each
address leads to, through the recursive slot too; QEMU's `info tlb` must list exactly the same.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from boot.machines import ALL_FEATURES, NO_GIB_PAGES, NO_LA57, VIRTUALBOX
from boot.shim import shim
from harness.build import Build, Builder, config_names

CPUS = {
    "5-levels": ALL_FEATURES,
    "4-levels": NO_LA57,
    "no-1g-pages": NO_GIB_PAGES,
    "virtualbox-like": VIRTUALBOX,
}

PRESENT, PS, NX = 1 << 0, 1 << 7, 1 << 63
ADDRESS = (1 << 52) - (1 << 12)
# As `info tlb` prints a leaf's bits: letter where set, dash where not.
LETTERS = [(63, "X"), (8, "G"), (7, "P"), (6, "D"), (5, "A"), (4, "C"), (3, "T"), (2, "U"), (1, "W")]

Tables = dict[int, dict[int, int]]


def shift(level: int) -> int:
    return 12 + 9 * (level - 1)


def read_dump(log: str) -> tuple[int, int, Tables]:
    """Root, levels, and the entries of each table, by its physical address."""
    match = re.search(r"^root (\S+) (\d) (-?\d+)$(.*?)^end$", log, re.MULTILINE | re.DOTALL)
    assert match, log
    root, levels, slot = int(match[1], 16), int(match[2]), int(match[3])
    entries: dict[int, dict[int, int]] = defaultdict(dict)  # by level, then by address
    for line in match[4].strip().splitlines():
        level, address, raw = re.fullmatch(r"entry (\d) (\w+) (\w+)", line).groups()
        linear = int(address, 16) & ((1 << shift(levels + 1)) - 1)
        assert linear not in entries[int(level)], "an entry is dumped twice"
        entries[int(level)][linear] = int(raw, 16)

    tables: Tables = defaultdict(dict)
    if slot >= 0:
        # The one entry that the dump leaves out; its live-entry count is that of no table.
        tables[root][slot] = root | NX | 0x63
    for level in range(levels, 0, -1):
        for linear, raw in entries[level].items():
            table = root
            if level < levels:
                parent = entries[level + 1][linear >> shift(level + 1) << shift(level + 1)]
                table = parent & ADDRESS
            tables[table][linear >> shift(level) & 511] = raw
    return root, levels, tables


def leaves(
    tables: Tables, table: int, level: int, linear: int = 0
) -> Iterator[tuple[int, int, int]]:
    """What an MMU finds: (address, level, raw entry) of every leaf, in ascending order."""
    for index in sorted(tables.get(table, {})):
        raw = tables[table][index]
        address = linear | index << shift(level)
        if not raw & PRESENT:
            continue
        if level == 1 or (level <= 3 and raw & PS):
            yield address, level, raw
        else:
            yield from leaves(tables, raw & ADDRESS, level - 1, address)


def as_qemu_prints(address: int, level: int, raw: int, levels: int) -> str:
    if address >> (shift(levels + 1) - 1):
        address |= -1 << shift(levels + 1) & (1 << 64) - 1
    physical = raw & ADDRESS & ~((1 << shift(level)) - 1)
    if level == 1:
        raw &= ~PS  # it is not shown for 4 KiB pages
    letters = "".join(letter if raw >> bit & 1 else "-" for bit, letter in LETTERS)
    return f"{address:016x}: {physical:016x} {letters}"


# The default configuration on every CPU, the others on the two that differ most.
CHOICE = [
    (config, cpu)
    for config in config_names()
    for cpu in CPUS
    if config == "defconfig" or cpu in ("5-levels", "virtualbox-like")
]


@pytest.mark.parametrize("config, cpu", CHOICE)
def test_info_tlb_equals_our_own_dump(
    config: str, cpu: str, builder: Builder, folder: Path
) -> None:
    build = Build("gcc", config)
    with shim.start(builder, build, folder, "dump=tables loglevel=1", "-cpu", CPUS[cpu]) as qemu:
        qemu.until_serial(r"(?m)^end\r?$")
        theirs = qemu.qmp("human-monitor-command", **{"command-line": "info tlb"})
        root, levels, tables = read_dump(qemu.serial().replace("\r", ""))
    ours = [as_qemu_prints(*leaf, levels) for leaf in leaves(tables, root, levels)]
    assert theirs.replace("\r", "").splitlines() == ours
    assert len(ours) > 100
