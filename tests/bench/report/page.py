# SPDX-License-Identifier: MIT
"""The report as one HTML file that needs nothing else, on a wide screen or a phone, light or dark."""

import html
from collections.abc import Iterable

from bench.report.plots import Picture
from bench.report.rows import Ring
from bench.report.tables import cells

STYLE = """
:root { color-scheme: light dark; --ink: #222; --paper: #fff; --line: #ddd; --faint: #666 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ddd; --paper: #16181c; --line: #3a3d44; --faint: #9a9a9a }
}
body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 1em auto; padding: 0 1em; color: var(--ink);
  background: var(--paper) }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-size: 13px; margin: 0.5em 0 1em }
th, td { text-align: right; padding: 0.1em 0.8em; border-bottom: 1px solid var(--line); white-space: nowrap }
th:first-child, td:first-child, td:last-child { text-align: left }
figure { margin: 0 0 2em } figcaption, p.note { color: var(--faint) }
svg { width: 100%; min-width: 34em; height: auto } summary { cursor: pointer }
"""

GUIDE = """
<p>A kernel has to reach its page tables. It can map all of physical memory at one <b>offset</b>; let the
CPU's own walk show them through a <b>recursive</b> entry; call a <b>generic</b> function (<b>inline</b>: one
that is compiled in); or point one <b>temporary</b> page at each table in turn. All four do the same work here,
on one walker. How to read it:</p>
<ul>
<li>Less is better, in every picture. A method has the same colour everywhere; figures are below each
picture, and all of them, also as JSON, further down.</li>
<li><b>Instructions</b> in the kernel are counted exactly, by QEMU's <code>-icount</code>; that knows neither
caches nor TLB. <b>Lines, TLB entries and misses</b> are counted on a model. <b>Nanoseconds</b> are this machine's:
medians, with quartiles, and as ratios to limit loops, which do only the loads and stores that the work needs.</li>
<li>On the host there is no MMU to walk: recursive and temporary mappings go through a <b>window in
software</b>. Then only their growth means something.</li>
<li>For your own machine's TLB and caches: boot the entry <i>benchmarks</i>, and give the serial log to
<code>make bench LOG=file</code>.</li>
</ul>
"""


def html_table(table: list[list[str]]) -> str:
    heading, *lines = table
    rows = ["<tr>" + "".join(f"<th>{html.escape(cell)}</th>" for cell in heading) + "</tr>"]
    for line in lines:
        rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>")
    return f"<div class=wide><table>{''.join(rows)}</table></div>"


def ring_section(ring: Ring) -> str:
    return (
        f"<h2>{html.escape(ring.title)}</h2>\n<p class=note>{html.escape(ring.note)}</p>\n"
        f"<details><summary>{len(ring.rows)} rows ({html.escape(ring.file)}.json)</summary>\n"
        f"{html_table(cells(ring))}</details>\n"
    )


def figure(picture: Picture) -> str:
    return (
        f"<figure><div class=wide>{picture.svg}</div>\n<figcaption>{html.escape(picture.reading)}</figcaption>\n"
        f"<details><summary>The figures</summary>{html_table(picture.table)}</details></figure>\n"
    )


def report(about: str, pictures: Iterable[Picture], rings: Iterable[Ring]) -> str:
    return (
        "<!DOCTYPE html>\n<html lang=en><meta charset=utf-8><title>Mercator: what it costs</title>\n"
        "<meta name=viewport content='width=device-width, initial-scale=1'>\n"
        f"<style>{STYLE}</style>\n"
        "<h1>Map all of physical memory, or recursive page tables?</h1>\n"
        f"<p class=note>{html.escape(about)}</p>\n{GUIDE}"
        + "".join(map(figure, pictures)) + "".join(map(ring_section, rings)) + "</html>\n"
    )  # fmt: skip
