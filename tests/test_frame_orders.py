# SPDX-License-Identifier: MIT
"""The arithmetic in docs/frames.md: knowing the order of every block takes more than 1.13 bits a frame."""

import re
from itertools import product
from math import log2

from harness.build import TOP

TARGET = 1.13  # bits of metadata a frame, all included
ORDERS = 9


def states(order: int) -> int:
    """How many sets of blocks, orders 0 to `order`, can be allocated in 2^order frames."""
    return 2 if order == 0 else states(order - 1) ** 2 + 1


def states_counted(order: int) -> int:
    """The same by trying each set of aligned blocks: which of them do not overlap?"""
    frames = 1 << order
    blocks = [
        set(range(start, start + (1 << k)))
        for k in range(order + 1)
        for start in range(0, frames, 1 << k)
    ]
    count = 0
    for chosen in product((False, True), repeat=len(blocks)):
        used = [frame for block, take in zip(blocks, chosen, strict=True) if take for frame in block]
        count += len(used) == len(set(used))
    return count


def test_formula() -> None:
    for order in range(4):
        assert states(order) == states_counted(order)


def test_bound() -> None:
    bits = log2(states(ORDERS)) / (1 << ORDERS)
    assert bits > TARGET
    assert f"{bits:.4f} bits a frame" in (TOP / "docs/frames.md").read_text()


def test_command() -> None:
    """The command in the document prints what it says."""
    command = re.search(r"^    python3 -c '(.*)'$", (TOP / "docs/frames.md").read_text(), re.MULTILINE)
    printed: list[object] = []
    exec(command[1], {"print": printed.append})  # noqa: S102
    assert f"{printed[0]:.4f}" == f"{log2(states(ORDERS)) / (1 << ORDERS):.4f}"
