# SPDX-License-Identifier: MIT
"""The report as one HTML file that needs nothing else."""

import html
from collections.abc import Iterable

from bench.report.rows import Ring
from bench.report.tables import cells

STYLE = """
body { font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; font-size: 13px; margin: 0.5em 0 2em }
th, td { text-align: right; padding: 0.1em 0.8em; border-bottom: 1px solid #ddd }
th:first-child, td:first-child, td:last-child { text-align: left }
svg { max-width: 100%; height: auto } p.note { color: #666; margin: 0 }
"""


def table(ring: Ring) -> str:
    heading, *lines = cells(ring)
    rows = ["<tr>" + "".join(f"<th>{html.escape(cell)}</th>" for cell in heading) + "</tr>"]
    for line in lines:
        rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>")
    return (
        f"<h2>{html.escape(ring.title)}</h2>\n<p class=note>{html.escape(ring.note)}</p>\n"
        f"<table>{''.join(rows)}</table>\n"
    )


def report(about: str, plots: Iterable[str], rings: Iterable[Ring]) -> str:
    return (
        "<!DOCTYPE html>\n<html lang=en><meta charset=utf-8><title>Mercator: what it costs</title>\n"
        f"<style>{STYLE}</style>\n"
        "<h1>Map all of physical memory, or recursive page tables?</h1>\n"
        f"<p>{html.escape(about)}</p>\n" + "\n".join(plots) + "".join(map(table, rings)) + "</html>\n"
    )
