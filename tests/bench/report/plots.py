# SPDX-License-Identifier: MIT
"""The report's pictures, as SVG text: each says what it shows without the text around it."""

import io
import re
from collections.abc import Callable

import matplotlib

matplotlib.use("svg")
# Text stays text, and the same figures give the same file.
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "mercator", "figure.autolayout": True})

from matplotlib import pyplot  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from bench.report.rows import Ring  # noqa: E402
from bench.report.tables import by_method  # noqa: E402

COLOURS = {
    "offset": "#1b6ca8", "recursive": "#c8553d", "generic": "#588157",
    "temporary": "#8a6fb0", "second": "#e09f3e",
}  # fmt: skip
OVER_WINDOW = ("recursive", "temporary")  # on the host, in software
UNITS = {"mib": 2**20, "gib": 2**30, "tib": 2**40}


def svg(title: str, draw: Callable[[Axes], None]) -> str:
    figure, axes = pyplot.subplots(figsize=(8, 4.2))
    draw(axes)
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    return text.getvalue()[text.getvalue().index("<svg") :]


def bars(ring: Ring, wanted: dict[str, str], title: str, unit: str) -> str:
    """Groups of bars, one for each thing with its label, a bar for each method."""
    methods, table = by_method(ring.rows)
    shown = [what for what in wanted if what in table]
    used = [m for m in methods if m in COLOURS and any(m in table[w] for w in shown)]

    def draw(axes: Axes) -> None:
        width = 0.8 / max(len(used), 1)
        for i, method in enumerate(used):
            places = [x + i * width for x, what in enumerate(shown) if method in table[what]]
            values = [table[what][method].figure for what in shown if method in table[what]]
            drawn = axes.bar(places, values, width, color=COLOURS[method], label=method)
            axes.bar_label(drawn, fmt="%.4g", fontsize=7)
        axes.set_xticks([x + 0.4 - width / 2 for x in range(len(shown))])
        axes.set_xticklabels([wanted[what] for what in shown], fontsize=8)
        axes.set_ylabel(unit)
        axes.legend(fontsize=8, frameon=False)

    return svg(title, draw)


def ram_size(text: str) -> int:
    """128_mib is 134217728."""
    count, unit = text.split("_")
    return int(count) * UNITS[unit]


def ram_name(text: str) -> str:
    """128_mib is "128 MiB"."""
    count, unit = text.split("_")
    return f"{count} {unit[0].upper()}iB"


def against_ram(ring: Ring, pattern: str, scale: float, title: str, unit: str, other: float, what: str) -> str:
    """A cost of the physical map against RAM, both logarithmic; and the recursive slot's, which is one."""
    found = [
        (m[2], ram_size(m[1]), row.figure / scale, ram_name(m[1]))
        for row in ring.rows
        if (m := re.match(rf"offset\.{pattern}_(\d+_[mgt]ib)_(1g|2m)$", row.name))
    ]

    def draw(axes: Axes) -> None:
        for pages, label, style in (("2m", "2 MiB pages", "--"), ("1g", "1 GiB pages", "-")):
            points = [(ram, value) for p, ram, value, _ in found if p == pages]
            axes.plot(*zip(*points), style, marker="o", color=COLOURS["offset"], label=f"offset, {label}")
        axes.axhline(other, color=COLOURS["recursive"], label=what)
        axes.set_xscale("log", base=2)
        names = {ram: name for _, ram, _, name in found}
        axes.set_xticks(list(names), list(names.values()), fontsize=8)
        axes.set_yscale("log")
        axes.set_xlabel("RAM")
        axes.set_ylabel(unit)
        axes.legend(fontsize=8, frameon=False)

    return svg(title, draw)


def table_memory(claims: Ring) -> str:
    title = "Page tables that the method itself takes, against RAM"
    slot = "recursive: one entry, 8 bytes"
    return against_ram(claims, "table_bytes", 1024, title, "KiB", 8 / 1024, slot)


def setup(growth: Ring) -> str:
    title = "Setting up: instructions, against RAM"
    return against_ram(growth, "setup", 1, title, "instructions", 1, "recursive: one store")


def growth(ring: Ring, operation: str, suffix: str, title: str, unit: str) -> str:
    """One operation against the number of mappings."""
    pattern = re.compile(rf"(\w+)\.{operation}_among_(\d+){suffix}$")
    found = [(m[1], int(m[2]), row.figure) for row in ring.rows if (m := pattern.match(row.name))]

    def draw(axes: Axes) -> None:
        for method in dict.fromkeys(method for method, _, _ in found):
            points = [(pages, value) for m, pages, value in found if m == method]
            label = f"{method} (over a software window)" if method in OVER_WINDOW else method
            axes.plot(*zip(*sorted(points)), marker="o", color=COLOURS[method], label=label)
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.set_xlabel("pages of 4 KiB that are mapped")
        axes.set_ylabel(unit)
        axes.legend(fontsize=8, frameon=False)

    return svg(title, draw)
