# SPDX-License-Identifier: MIT
"""The report's pictures, as SVG text: each says what it shows without the text around it, and comes with
its figures as a table. Colours are Okabe and Ito's, which colour-blind readers can tell apart; methods
stand in the same order and colour everywhere. Lines and text take the page's colour, so that it may be dark."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from bench.report import answer  # noqa: E402
from bench.report.rows import Ring, Row  # noqa: E402
from bench.report.tables import METHODS, by_method, number, shown  # noqa: E402

INK = "#010203"  # becomes the page's own colour
# Text stays text, and the same figures give the same file.
matplotlib.rcParams.update(
    {"svg.fonttype": "none", "svg.hashsalt": "mercator", "font.size": 10}
    | dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK)
)

COLOURS = {
    "offset": "#0072b2", "recursive": "#d55e00", "inline": "#56b4e9", "generic": "#009e73",
    "temporary": "#cc79a7", "second": "#e69f00",
}  # fmt: skip
MARKERS = {"offset": "o", "recursive": "s", "inline": "v", "generic": "^", "temporary": "D", "second": "x"}
IN_SOFTWARE = ("recursive", "temporary")  # on the host
UNITS = {"mib": 2**20, "gib": 2**30, "tib": 2**40}


@dataclass(frozen=True)
class Picture:
    title: str
    reading: str  # what there is to see, in a sentence
    svg: str
    table: list[list[str]]


def name_of(method: str, on_host: bool) -> str:
    return f"{method} (window in software)" if on_host and method in IN_SOFTWARE else method


def svg(title: str, draw: Callable[[Axes], None]) -> str:
    """The title stands above the legend, and both above what is drawn."""
    figure, axes = pyplot.subplots(figsize=(8, 4.4), layout="constrained")
    draw(axes)
    axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    handles, labels = axes.get_legend_handles_labels()
    columns = 2 if any(len(label) > 14 for label in labels) else len(labels)
    axes.legend(handles, labels, loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, frameon=False)
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    pyplot.close(figure)
    drawn = text.getvalue()[text.getvalue().index("<svg") :].replace(INK, "currentColor")
    return drawn.replace("<svg", f'<svg role="img" aria-label="{title.replace(chr(34), "")}"', 1)


def bars(ring: Ring, wanted: dict[str, str], title: str, unit: str, reading: str, on_host: bool = False) -> Picture:
    """Groups of bars, one for each thing with its label, a bar for each method; quartiles where there are."""
    table = by_method([row for row in ring.rows if row.text is None])[1]
    things = [what for what in wanted if what in table]
    used = [m for m in METHODS if any(m in table[what] for what in things)]

    def draw(axes: Axes) -> None:
        width = 0.84 / max(len(used), 1)
        for i, method in enumerate(used):
            rows = [(x, table[what][method]) for x, what in enumerate(things) if method in table[what]]
            values = [row.figure for _, row in rows]
            spread = [
                [row.figure - (row.q1 or row.figure) for _, row in rows],
                [(row.q3 or row.figure) - row.figure for _, row in rows],
            ]
            drawn = axes.bar(
                [x + i * width for x, _ in rows], values, width * 0.94, color=COLOURS[method],
                label=name_of(method, on_host), yerr=spread if any(map(any, spread)) else None, ecolor=INK,
            )  # fmt: skip
            axes.bar_label(drawn, labels=[number_in_bar(value) for value in values], fontsize=8, padding=1)
        axes.set_xticks([x + 0.42 - width / 2 for x in range(len(things))])
        axes.set_xticklabels([wanted[what] for what in things])
        axes.tick_params(axis="x", length=0)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
        axes.set_ylabel(f"{unit} (less is better)")
        axes.margins(y=0.1)

    lines = [["", *used, ""]]
    lines += [[wanted[w], *(shown(table[w].get(m)) for m in used), unit] for w in things]
    return Picture(title, reading, svg(title, draw), lines)


def number_in_bar(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def amount(value: float, unit: str) -> str:
    """As a person reads it: bytes in the largest unit that fits."""
    return answer.shown(value, unit) if unit == "bytes" else number(value)


def ram_size(text: str) -> int:
    """128_mib is 134217728."""
    count, unit = text.split("_")
    return int(count) * UNITS[unit]


def ram_name(text: str) -> str:
    """128_mib is "128 MiB"."""
    count, unit = text.split("_")
    return f"{count} {unit[0].upper()}iB"


def against_ram(
    ring: Ring, pattern: str, title: str, unit: str, others: list[tuple[str, float, str]], reading: str
) -> Picture:
    """A cost of the physical map against RAM, both logarithmic; and those of methods (name, cost, label) that do
    not depend on it."""
    found = {
        (m[2], m[1]): row.figure
        for row in ring.rows
        if (m := re.match(rf"offset\.{pattern}_(\d+_[mgt]ib)_(1g|2m)$", row.name))
    }
    sizes = sorted({size for _, size in found}, key=ram_size)
    labels = {"2m": "offset, 2 MiB pages", "1g": "offset, 1 GiB pages"}

    def draw(axes: Axes) -> None:
        for pages, style in (("2m", "--"), ("1g", "-")):
            values = [found[pages, size] for size in sizes]
            places = [ram_size(size) for size in sizes]
            axes.plot(places, values, style, marker="o", color=COLOURS["offset"], label=labels[pages])
        for method, value, label in others:
            axes.axhline(value, color=COLOURS[method], linestyle="-.", label=label)
        axes.set_xscale("log", base=2)
        if unit == "bytes":
            axes.set_yscale("log", base=2)
            axes.set_yticks([2**power for power in range(0, 30, 5)])
        else:
            axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: amount(value, unit))
        axes.set_xticks([ram_size(size) for size in sizes], [ram_name(size) for size in sizes])
        axes.minorticks_off()
        axes.set_xlabel("RAM (logarithmic)")
        axes.set_ylabel(f"{'' if unit == 'bytes' else unit + ' '}(logarithmic; less is better)")

    lines = [["RAM", *labels.values(), *(label for _, _, label in others), ""]]
    for size in sizes:
        values = [*(found[pages, size] for pages in labels), *(value for _, value, _ in others)]
        lines.append([ram_name(size), *(amount(value, unit) for value in values), unit])
    return Picture(title, reading, svg(title, draw), lines)


def growth(ring: Ring, operation: str, suffix: str, title: str, unit: str, reading: str) -> Picture:
    """One operation against the number of mappings."""
    pattern = re.compile(rf"(\w+)\.{operation}_among_(\d+){suffix}$")
    found = {(m[1], int(m[2])): row for row in ring.rows if (m := pattern.match(row.name))}
    sizes = sorted({pages for _, pages in found})
    used = [m for m in METHODS if any(method == m for method, _ in found)]

    def draw(axes: Axes) -> None:
        for method in used:
            points = [(pages, found[method, pages].figure) for pages in sizes if (method, pages) in found]
            # Where lines lie on each other, the smaller markers are on top.
            axes.plot(
                *zip(*points), marker=MARKERS[method], markersize=12 - 2 * used.index(method),
                color=COLOURS[method], label=name_of(method, True),
            )  # fmt: skip
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.minorticks_off()
        axes.set_xticks(sizes, [f"{pages:,}" for pages in sizes])
        axes.set_xlabel("pages of 4 KiB that are mapped already (logarithmic)")
        axes.set_ylabel(f"{unit} (less is better)")

    lines = [["pages mapped", *(name_of(method, True) for method in used), ""]]
    for pages in sizes:
        cells: list[Row | None] = [found.get((method, pages)) for method in used]
        lines.append([f"{pages:,}", *map(shown, cells), unit])
    return Picture(title, reading, svg(title, draw), lines)
