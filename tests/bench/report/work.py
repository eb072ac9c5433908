# SPDX-License-Identifier: MIT
"""The same work for every method (tests/bench/same_work.h): its rows' names, in the kernel and on the host."""

from itertools import product

OPERATIONS = ("map", "unmap", "protect", "translate")
SIZES = {"4_kib": "4 KiB", "2_mib": "2 MiB", "1_gib": "1 GiB"}
SHAPES = {"single": "page after page", "random": "in no order", "range": "as a range", "sparse": "a table each"}
KERNEL_METHODS = ("offset", "recursive", "generic", "temporary")
HOST_METHODS = (*KERNEL_METHODS, "inline")

ROWS = [f"{operation}_{size}_{shape}" for operation, shape, size in product(OPERATIONS, SHAPES, SIZES)]


def missing(measured: set[str], methods: tuple[str, ...]) -> list[str]:
    """The rows that are not there, of those that every method has."""
    wanted = [f"{method}.{row}" for method, row in product(methods, ROWS)]
    return [name for name in wanted if name not in measured]
