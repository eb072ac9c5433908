# SPDX-License-Identifier: MIT
"""Which pictures the report has, of what was measured."""

from bench.report import plots
from bench.report.plots import Picture
from bench.report.rows import Ring

ONE_PAGE = {
    "map_4_kib_single": "map", "unmap_4_kib_single": "unmap", "protect_4_kib_single": "protect",
    "translate_4_kib_single": "translate",
}  # fmt: skip
OTHER_SHAPES = {
    "map_2_mib_single": "map 2 MiB", "unmap_2_mib_single": "unmap 2 MiB",
    "map_4_kib_sparse": "map 4 KiB\nand its table", "unmap_4_kib_sparse": "unmap 4 KiB\nand its table",
}  # fmt: skip
SPACES = {
    "space_inactive_map_page": "map a page", "space_inactive_map_page_by_turns": "the same,\ntwo spaces by turns",
    "space_inactive_unmap_page": "unmap", "space_inactive_protect_page": "protect",
    "space_inactive_translate_address": "translate",
}  # fmt: skip
LIVES = {"space_create": "create", "space_destroy_empty": "destroy, empty", "space_destroy_16_mib": "destroy, 16 MiB"}
MAPS = {"1g": "RAM mapped in 1 GiB pages", "2m": "RAM mapped in 2 MiB pages"}


def of_kernel(ring: Ring) -> list[Picture]:
    unit = "instructions"
    return [
        plots.bars(
            ring, ONE_PAGE, "One page of 4 KiB whose tables exist: kernel, 4 levels", unit,
            "Offset and recursive are nearly the same; a function pointer or a temporary page costs at every table.",
        ),
        plots.bars(
            ring, OTHER_SHAPES, "Single huge pages, and pages that bring their table: kernel, 4 levels", unit,
            "Where tables come and go, recursion pays for its temporary page and its window.",
        ),
        plots.bars(
            ring, SPACES, "A page of a space that is not active: kernel, 4 levels", unit,
            "Recursion needs a second slot, and to move it if spaces take turns; its flush of the TLB is not in here.",
        ),
        plots.bars(
            ring, LIVES, "Making and destroying address spaces: kernel, 4 levels", unit,
            "Mostly the copying of the root's upper half, by every method.",
        ),
    ]  # fmt: skip


def of_claims(ring: Ring) -> list[Picture]:
    lines = {f"translate_512_sparse_lines_with_mmu_4_levels_{p}": text for p, text in MAPS.items()}
    fills = {f"translate_512_sparse_tlb_fills_4_levels_{p}": text for p, text in MAPS.items()}
    return [
        plots.against_ram(
            ring, "table_bytes", "Page tables that the method itself takes", "bytes",
            [("recursive", 8, "recursive: one entry of a root"),
             ("temporary", ring.value("temporary.table_bytes"), "temporary: at most")],
            "A map in 1 GiB pages stays small; in 2 MiB pages it grows with RAM, to four millionths of it.",
        ),
        plots.bars(
            ring, lines, "Cache lines read to translate 512 pages far apart, MMU's walks included", "cache lines",
            "Recursion reads no more lines than the map; with 2 MiB pages it reads fewer.",
        ),
        plots.bars(
            ring, fills, "TLB entries filled to translate the same 512 pages", "TLB entries",
            "This is where recursion pays: each table is a page of its own, unless the map has 2 MiB pages.",
        ),
    ]  # fmt: skip


def of_growth(ring: Ring) -> list[Picture]:
    small = [(m, ring.value(f"{m}.setup"), m) for m in ("recursive", "temporary")]
    drawn = [
        plots.against_ram(
            ring, "setup", "Setting the method up, once", "instructions", small,
            "A slot is a few stores; a map grows only in pages of 2 MiB. The temporary page's is mostly zeroing three tables.",
        )
    ]  # fmt: skip
    for operation in ("translate", "map"):
        title = f"{operation.capitalize()} a random page, as mappings grow: instructions on the host"
        reading = "Flat lines: it does not grow. How high recursive and temporary are means nothing here."
        if operation == "map":
            reading += " Among 1,000 pages, whole tables were unmapped before, and are made again."
        drawn.append(plots.growth(ring, operation, "", title, "instructions", reading))
    title = "Translate a random page, as mappings grow: misses of a cache of 32 KiB"
    reading = "What does grow: the tables no longer fit the cache. By every method alike."
    drawn.append(plots.growth(ring, "translate", "_d1_misses", title, "misses", reading))
    return drawn


def of_host(ring: Ring) -> list[Picture]:
    native = [row for row in ring.rows if row.name.partition(".")[0] not in plots.IN_SOFTWARE]
    reading = "Lines at the bars' ends: between the quartiles. Methods that need an MMU's window cannot be timed here."
    title = f"One page of 4 KiB whose tables exist: this machine, {ring.file[5]} levels"
    return [plots.bars(Ring(ring.file, ring.title, ring.note, native), ONE_PAGE, title, "ns", reading, on_host=True)]


def of_own_machine(ring: Ring) -> list[Picture]:
    reading = "With the caches and the TLB that instruction counts leave out."
    if "EMULATED" in ring.note:
        reading = "An emulated machine: these are no times, and say nothing."
    return [plots.bars(ring, ONE_PAGE, f"One page of 4 KiB whose tables exist: your machine", ring.rows[0].unit, reading)]


OF_RING = {
    "kernel-4-levels": of_kernel, "claims": of_claims, "growth": of_growth, "host-4-levels": of_host,
    "own-machine": of_own_machine,
}  # fmt: skip


def draw(rings: list[Ring]) -> list[Picture]:
    by_file = {ring.file: ring for ring in rings}
    drawn = [picture for file, of in OF_RING.items() if file in by_file for picture in of(by_file[file])]
    return [picture for picture in drawn if len(picture.table) > 1]
