# SPDX-License-Identifier: MIT
"""The monitor: commands from the command line, typed on the serial port, typed on the keyboard."""

import re
import struct
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from boot.machines import GIB, MIB, TIB, WIDE, Machine
from boot.shim import shim
from harness.build import Build, Builder, Iso, config_names
from harness.font import Font
from harness.qemu import FAILED_STATUS, PASSED_STATUS, Qemu, uefi_arguments

DEFAULT = Build("gcc", "defconfig")
WITHOUT = Build("gcc", "no_monitor_defconfig")
CONFIGS = [name for name in config_names() if name != WITHOUT.config]
PROMPT = "mercator> "
TAG_RSDP_NEW, UNKNOWN_TAG = 15, 0x1234
ACPI_RECLAIMABLE = 3


def outputs(log: str) -> dict[str, str]:
    """What each command on the command line printed."""
    parts = re.split(rf"^{PROMPT}(.*)$", log.replace("\r", ""), flags=re.MULTILINE)
    return {command: text.strip("\n") for command, text in zip(parts[1::2], parts[2::2], strict=True)}


def run(
    builder: Builder,
    folder: Path,
    commands: str,
    build: Build = DEFAULT,
    *arguments: str,
    **values: Any,
) -> tuple[int, dict[str, str]]:
    """Boots with run=, leaves; the exit status and what each command printed."""
    command_line = f'loglevel=1 run="{commands}" exit=isa-debug'
    status, log = shim.run(builder, build, folder, command_line, *arguments, **values)
    return status, outputs(log)


@pytest.mark.parametrize("config", CONFIGS)
def test_looking(builder: Builder, folder: Path, config: str) -> None:
    """Every command that only looks, in every configuration."""
    build = Build("gcc", config)
    text = 0xFFFFFFFF80101000
    walks = f"walk {text:#x}; walk --both {text:#x}; walk 0; walk 0x8000000000000000"
    status, said = run(builder, folder, f"{walks}; maps; tables; audit; frames; cpu; memmap; help", build)
    both = builder.has(build, "MAPPER_OFFSET") and builder.has(build, "MAPPER_RECURSIVE")
    assert status == (PASSED_STATUS if both else FAILED_STATUS)

    walk = said[f"walk {text:#x}"].splitlines()
    assert re.fullmatch(r"=> physical 0x101000, in a page of 4 KiB: r-x-g, .*write-back", walk[-1])
    assert re.fullmatch(r"  PT  \[257\]  [0-9a-f]{16}  4 KiB +101000  WB +P A G", walk[-2])
    assert len(walk) == 2 + (4 if config == "four_level_defconfig" else 5) + 1
    if both:
        lines = said[f"walk --both {text:#x}"].splitlines()
        assert lines[-1] == walk[-1]
        assert [line.split()[0] for line in lines] == [line.split()[0] for line in walk]
    else:
        assert "built without the" in said[f"walk --both {text:#x}"]
    assert "=> not mapped" in said["walk 0"]
    assert "not canonical" in said["walk 0x8000000000000000"]
    assert re.search(r"^ffffffff80101000-\w+ .* r-x-g 4K +WB kernel text$", said["maps"], re.M)
    assert bool(re.search("table window$", said["maps"], re.M)) == builder.has(build, "RECURSIVE")
    assert re.search(r"^\d+ tables, .* map ", said["tables"], re.M)
    assert said["audit"].startswith("all is well: ")
    assert "CR3" in said["cpu"]
    assert "usable (1)" in said["memmap"]
    for name in ("walk", "maps", "tables", "audit", "frames", "cpu", "memmap", "test", "bench", "help"):
        assert re.search(rf"^  {name} ", said["help"], re.M)


def in_window(slot: int, levels: int, address: int, taken: int) -> int:
    """Where the slot, taken so many times, shows what the address's entry of the level above leads to."""
    top = 12 + 9 * levels
    indices = [slot] * taken + [address >> top - 9 * (i + 1) & 511 for i in range(levels - taken)]
    return (1 << 64) - (1 << top) | sum(index << top - 9 * (i + 1) for i, index in enumerate(indices))


def test_both_methods_read_where_the_formulas_say(builder: Builder, folder: Path) -> None:
    """The addresses that `walk --both` shows, computed again from the entries that it shows."""
    address = 0xFFFFFFFF80101000
    la57_off = ["-cpu", "max,la57=off"]
    _, said = run(builder, folder, f"walk --both {address:#x}; maps", DEFAULT, *la57_off)
    window = int(re.search(r"^(\w{16}).* table window$", said["maps"], re.M)[1], 16)
    physmap = int(re.search(r"^(\w{16}).* WB physical map$", said["maps"], re.M)[1], 16)
    slot = window >> 39 & 511
    table = int(re.search(r"root at (0x\w+)", said[f"walk --both {address:#x}"])[1], 16)
    steps = re.findall(r"\[ *(\d+)\]  (\w{16})  (\w{16})  (\w{16})", said[f"walk --both {address:#x}"])
    assert len(steps) == 4
    for taken, (index, offset, recursive, entry) in enumerate(steps):
        assert int(recursive, 16) == in_window(slot, 4, address, 4 - taken) + 8 * int(index)
        assert int(offset, 16) == physmap + table + 8 * int(index)
        table = int(entry, 16) & 0x000FFFFFFFFFF000


def test_data_in_the_table_window(builder: Builder, folder: Path) -> None:
    """`walk --both` and `maps` say which: the first 4 KiB of 2 MiB, the first 2 MiB of 1 GiB, nothing of 4 KiB."""
    small, large, huge = 0x4000_0000, 0x4020_0000, 0xFFFF_8881_0000_0000  # huge: RAM above 4 GiB, 1 GiB of it
    view = in_window(510, 5, large, 1)
    views = in_window(510, 5, huge, 1), in_window(510, 5, huge, 2)
    commands = [
        "alloc 4M",
        f"map {small:#x} last",
        f"protect {small:#x} r 4K",
        f"poke {large:#x} 0xfeed",
        f"peek {view:#x}",
        *(f"walk --both {address:#x}" for address in (small, large, huge, view, *views)),
        "maps",
        f"protect {large:#x} rxu",
        f"walk --both {large:#x} ",
        "maps ",
        "audit",
    ]
    entries = [*shim.MEMORY_MAP, (4 * GIB << 20, GIB << 20, shim.USABLE)]
    status, said = run(builder, folder, "; ".join(commands), DEFAULT, "-m", "4G", entries=entries)
    assert status == PASSED_STATUS
    assert said[f"peek {view:#x}"] == f"{view:016x}  000000000000feed"

    def words(address: int, blank: str = "") -> list[str]:
        return re.findall(r"^   (.*table window.*)$", said[f"walk --both {address:#x}{blank}"], re.M)

    assert words(small) == []
    assert words(large) == [f"its first 4 KiB are in the table window, as data: {view:#x}, rw---"]
    assert words(large, " ") == [f"its first 4 KiB are in the table window, as data: {view:#x}, r----"]
    assert words(huge) == [
        f"its first 2 MiB are in the table window, as data: {views[0]:#x}, rw--g",
        f"its first 4 KiB are in the table window, as data: {views[1]:#x}, rw--g",
    ]
    start = "the table window shows data here: the start of the"
    assert words(view) == [f"{start} 2 MiB at {large:#x}"]
    assert words(views[0]) == words(views[1]) == [f"{start} 1 GiB at {huge:#x}"]

    lines = said["maps"].splitlines()[1:-1]
    starts = [int(line[:16], 16) for line in lines]
    assert starts == sorted(starts)
    data = re.findall(r"^(\w+)-(\w+) .* (\S+) (\S+) +WB data in it: (.*)$", said["maps"], re.M)
    experiments = [f"{view:016x}", f"{view + 4096:016x}", "rw---", "4K", "experiments"]
    assert [[*line] for line in data if line[4] != "physical map"] == [experiments]
    for at, size, name in ((views[0], 1 << 21, "2M"), (views[1], 1 << 12, "4K")):
        assert (f"{at:016x}", f"{at + size:016x}", "rw--g", name, "physical map") in data
    assert re.search(rf"^{view:016x}-.* r---- 4K +WB data in it: experiments$", said["maps "], re.M)
    assert said["audit"].startswith("all is well: ")


def test_bad_input_says_what_is_wrong(builder: Builder, folder: Path) -> None:
    commands = {
        "nonsense": 'no command "nonsense"',
        "walk": "usage: walk",
        "walk 12q": '"12q" is not an address',
        "walk 0x10000000000000000": "is not an address",
        "walk 1 2": "usage: walk",
        "maps 1": '"1" is too much',
        "help nonsense": 'no command "nonsense"',
        "a b c d e f g h i": "at most 8 words",
    }
    status, said = run(builder, folder, "; ".join(commands))
    assert status == FAILED_STATUS
    for command, message in commands.items():
        assert message in said[command], command
        assert said[command].startswith("error: "), command


@pytest.mark.parametrize(
    "commands, want",
    {
        "test fmt.*": PASSED_STATUS,
        "test deliberate.fails": FAILED_STATUS,
        "test nothing.*": FAILED_STATUS,
    }.items(),
)
def test_tests_that_fail_count(builder: Builder, folder: Path, commands: str, want: int) -> None:
    status, _ = run(builder, folder, commands)
    assert status == want


def test_frames_as_text(builder: Builder, folder: Path) -> None:
    """128 MiB in cells of 128 KiB: the kernel at 1 MiB, tables somewhere, nearly all free."""
    _, said = run(builder, folder, "frames")
    *rows, legend, sums = said["frames"].splitlines()
    assert [row[:13] for row in rows] == [f"{i << 23:012x} " for i in range(16)]
    assert all(len(row) == 13 + 64 for row in rows)
    cells = "".join(row[13:] for row in rows)
    assert cells[8] == "K" and "T" in cells
    assert cells.count(".") > 950
    assert legend.startswith("T page tables  K kernel  ")
    assert re.fullmatch(r"a cell is 128 KiB; 127\.\d MiB of RAM, 12\d.* free, .* page tables", sums)


CELLS = {  # the size of a cell on a screen of 800 x 600, and the RAM that is counted
    Machine("64-mib", memory=64 * MIB): r"32 KiB; 63\.\d MiB of RAM",
    Machine("1-tib", memory=1 * TIB, cpu=WIDE): r"512 MiB; 1023\.\d GiB of RAM",
}


@pytest.mark.parametrize("machine, cell", CELLS.items(), ids=map(str, CELLS))
def test_frames_in_colour(builder: Builder, folder: Path, machine: Machine, cell: str) -> None:
    """On a framebuffer: it is filled, most of it is green, and there is some of every other colour."""
    iso = builder.iso(DEFAULT, Iso("frames", 'loglevel=1 run="frames"'))
    font = Font(builder.target(DEFAULT, "include/generated/font.h"))
    with Qemu(folder, *machine.qemu_arguments(), "-cdrom", str(iso), typed=True) as qemu:
        qemu.until_serial(rf"page tables\n{PROMPT}$")
        picture = qemu.picture()
        lines = font.text(picture).splitlines()
        assert lines[0].startswith("000000000000")
        assert re.match(f"a cell is {cell}, .* free, ", lines[-2])
        assert len(lines) > picture.height // 16 * 3 // 4
        colours = Counter(zip(*(picture.pixels[i::3] for i in range(3))))
        pixels = picture.width * picture.height
        assert colours[0x1E, 0x7D, 0x46] > pixels // 4
        for colour in ((0xF0, 0xD2, 0x50), (0xD0, 0x48, 0x48), (0x3C, 0xC8, 0xC8)):
            assert colours[colour] >= 8 * 16


def test_benchmarks(builder: Builder, folder: Path) -> None:
    """Those that fit, once, and only where they may change the tables."""
    elsewhere = "space new; space switch 1; bench"
    status, said = run(builder, folder, f"bench offset.translate*; bench nothing.*; {elsewhere}")
    rows = re.findall(r"^bench (\S+) operations=\d+ per_operation=\d", said["bench offset.translate*"], re.M)
    assert {"offset.translate", "offset.translate_address"} <= set(rows)
    assert len(rows) == len(set(rows)) and all(row.startswith("offset.translate") for row in rows)
    assert said["bench nothing.*"] == 'error: no benchmark fits "nothing.*"'
    assert said["bench"].startswith("error: bench: only in the kernel's space")
    assert status == FAILED_STATUS


@pytest.mark.parametrize("config", CONFIGS)
def test_experiments(builder: Builder, folder: Path, config: str) -> None:
    """Map, change, touch, unmap: the tables are as before, and faults are only told of."""
    commands = [
        "tables",
        "alloc 4M",
        "map 0x40000000 last",
        "poke 0x40000010 0xfeed",
        "peek 0x40000010",
        "protect 0x40000000 r 4K",
        "walk 0x40000000",
        "poke 0x40000000 1",
        "walk 0x40001000",
        "peek 0x30000000",
        "peek 0x8000000000000000",
        "free last ",
        "maps",
        "unmap 0x40000000 4M",
        "audit",
        "free last",
        "tables ",
    ]
    refused = ["free: it is mapped at 0x40000000"]
    status, said = run(builder, folder, ";".join(commands), Build("gcc", config), expects=refused)
    assert status == PASSED_STATUS
    physical = re.fullmatch(r"4 MiB of zeros at physical 0x(\w+)", said["alloc 4M"])[1]
    assert said["map 0x40000000 last"].startswith("mapped 4 MiB at 0x40000000: 2 x 2 MiB; ")
    assert said["peek 0x40000010"] == "0000000040000010  000000000000feed"
    assert said["protect 0x40000000 r 4K"].endswith(": 1 x 4 KiB; 1 table more")
    assert re.search(rf"=> physical 0x{physical}, in a page of 4 KiB: r----", said["walk 0x40000000"])
    fault = said["poke 0x40000000 1"]
    assert fault.startswith("#PF page fault, error code 0x3: a write, by the kernel, which the page's")
    assert "\nCR2 0x40000000, " in fault
    assert fault.endswith(said["walk 0x40000000"])
    assert ": rw---" in said["walk 0x40001000"]
    assert "error code 0: a read, by the kernel, where no page is present" in said["peek 0x30000000"]
    assert said["peek 0x8000000000000000"].startswith("#GP general protection")
    assert "mapped at 0x40000000 in space 0" in said["free last "]
    assert said["free last"].endswith("are free again")
    assert re.search(r"^0000000040000000-0000000040001000 .* r---- 4K +WB experiments$", said["maps"], re.M)
    assert re.search(
        r"^0000000040001000-0000000040400000 .* rw--- 4K\+2M +WB experiments$", said["maps"], re.M
    )
    assert said["unmap 0x40000000 4M"].startswith("unmapped 4 MiB at 0x40000000: 1 x 2 MiB + 512 x 4 KiB; ")
    assert said["audit"].startswith("all is well: ")
    # Not the leaves: the temporary page may be mapped by now.
    assert [line.split()[:4] for line in said["tables "].splitlines()] == [
        line.split()[:4] for line in said["tables"].splitlines()
    ]


def test_parts_of_huge_pages(builder: Builder, folder: Path) -> None:
    """Without a size, it is the page that has the address; a part of it is called one."""
    commands = [
        "alloc 4M",
        "map 0x40000000 last",
        "unmap 0x40001000",
        "walk 0x40200000",
        "protect 0x40201000 r",
        "unmap 0x40200000 4K",
        "unmap 0x40200000 4K ",
        "unmap 0x40000000 4M",
        "audit",
    ]
    status, said = run(builder, folder, ";".join(commands))
    assert status == PASSED_STATUS
    assert said["unmap 0x40001000"] == "unmapped 2 MiB at 0x40000000: 1 x 2 MiB; 0 tables less"
    assert "in a page of 2 MiB" in said["walk 0x40200000"]
    assert said["protect 0x40201000 r"].startswith("protected 2 MiB at 0x40200000: 1 x 2 MiB; ")
    one = "unmapped 4 KiB at 0x40200000: "
    assert said["unmap 0x40200000 4K"] == f"{one}part of 1 x 2 MiB; 1 table more"
    assert said["unmap 0x40200000 4K "] == f"{one}nothing was there; 0 tables less"
    assert said["unmap 0x40000000 4M"].startswith("unmapped 4 MiB at 0x40000000: 511 x 4 KiB; ")
    assert said["audit"].startswith("all is well: ")


def test_experiments_have_bounds(builder: Builder, folder: Path) -> None:
    """What would reach into the kernel is refused, and so is what would let frames be shared."""
    refusals = {
        "map 0xffff800000000000 last": "the rest is the kernel's",
        "map 0x1000 last": "the rest is the kernel's",
        "map 0xfffffffff000 last": "the rest is the kernel's",
        "map 0x400000 0x100000": "not all of it is memory that `alloc` gave",
        "map 0x400000 last 8K": "not all of it is memory that `alloc` gave",
        "map 0x400000 last 4K rwx": "both writable and executable",
        "map 0x400000 last 4K w": "need an r",
        "map 0x400000 last 4K rg": "the kernel half's alone",
        "map 0x400000 last 4K q": "rights are letters",
        "map 0x400001 last": "multiples of 4K",
        "map 0x400000 last 0": "multiples of 4K",
        "map 0x400000 nowhere": "nor `last`",
        "map 0x200000 last": "already there, at 0x200000",
        "unmap 0xffffffff80101000": "the rest is the kernel's",
        "protect 0xffffffff80101000 rw": "the rest is the kernel's",
        "protect 0x400000 rw": "not there, at 0x400000",
        "poke 0xffffffff80101000 0": "is yours to write",
        "poke 0x7ffffffffffc 0": "is yours to write",
        "free 0x100000": "no block that `alloc` gave",
        "free last": "mapped at 0x200000 in space 0",
        "alloc 1": "multiple of 4K",
        "alloc 0": "multiple of 4K",
        "alloc 1T": "out of memory",
        "peek 0 65": "1 to 64 words",
        "space switch 3": "no space 3",
        "space destroy 0": "in use",
        "space hop": "usage: space",
    }
    machine = ["-cpu", "max,la57=off"]
    text = ";".join(["alloc", "map 0x200000 last", *refusals, "unmap 0x200000", "audit"])
    status, said = run(builder, folder, text, DEFAULT, *machine)
    assert status == FAILED_STATUS  # some are not understood
    for command, message in refusals.items():
        assert said[command].startswith("error: "), command
        assert message in said[command], command
    assert said["audit"].startswith("all is well: ")


@pytest.mark.parametrize("config", CONFIGS)
def test_spaces(builder: Builder, folder: Path, config: str) -> None:
    """Two spaces have something else at the same address; what one maps keeps its frames."""
    commands = [
        "space",
        "alloc",
        "map 0x400000 last",
        "poke 0x400000 1",
        "space new",
        "space switch 1",
        "peek 0x400000",
        "alloc ",
        "map  0x400000 last",
        "poke 0x400000 2",
        "space switch 0",
        "peek  0x400000",
        "free last",
        "space switch 1 ",
        "peek   0x400000",
        "audit",
        "test fmt.*",
        "space switch 0 ",
        "space destroy 1",
        "free last ",
        "audit ",
    ]
    status, said = run(builder, folder, ";".join(commands), Build("gcc", config))
    assert status == FAILED_STATUS  # for a test in space 1
    assert re.fullmatch(r"\* 0: root at 0x\w+, \d+ tables, the kernel's", said["space"])
    assert said["peek 0x400000"].startswith("#PF page fault")
    assert said["peek  0x400000"] == "0000000000400000  0000000000000001"
    assert "mapped at 0x400000 in space 1" in said["free last"]
    assert said["peek   0x400000"] == "0000000000400000  0000000000000002"
    assert said["test fmt.*"].startswith("error: test: only in the kernel's space")
    assert said["space destroy 1"] == "space 1 is gone, with its tables"
    assert said["free last "].endswith("are free again")
    assert said["audit"].startswith("all is well: ") and said["audit "].startswith("all is well: ")


def types_after_escape(qemu: Qemu) -> bool:
    """A lone ESC, which is over some time later: how much it is, on a busy machine, is not known."""
    qemu.type("\x1b")
    time.sleep(1)
    qemu.type("y")
    time.sleep(0.2)
    return qemu.serial().endswith("y")


def test_typing_on_serial(builder: Builder, folder: Path) -> None:
    """Typing, editing and the history, as a terminal does it."""
    iso = builder.iso(DEFAULT, Iso("stays", "loglevel=1"))
    with Qemu(
        folder,
        *("-m", "128M", "-cdrom", str(iso)),
        typed=True,
        expects=['no command "nonsense"', "not run: characters of this line were lost"],
    ) as qemu:
        qemu.until_serial(rf"{PROMPT}$")
        qemu.type("walk 0x1234\r")
        qemu.until_serial(rf"walk of 0x1234:(?s:.*)=> not mapped: .*\n{PROMPT}$")
        # `wxlk`, to the x, away with it, an a instead; the rest stays.
        qemu.type("wxlk 0x5678\x1b[D\x1b[H\x1b[C\x1b[3~a\r")
        qemu.until_serial(rf"walk of 0x5678:(?s:.*){PROMPT}$")
        qemu.type("\x1b[A\x1b[A\x7f5\r")
        qemu.until_serial(rf"walk of 0x1235:(?s:.*){PROMPT}$")
        qemu.type("forget this\x03")
        qemu.until_serial(rf"forget this\^C\n{PROMPT}$")
        assert 'no command "forget"' not in qemu.serial()
        # Alt and Enter; F1 of the Linux console; what a terminal answers when it is asked for colours.
        qemu.type("walk 0x1236\x1b\r")
        qemu.until_serial(rf"walk of 0x1236:(?s:.*){PROMPT}$")
        qemu.type("walk \x1b[[A0x12\x1b]11;rgb:0/0/0\x1b\\37\r")
        qemu.until_serial(rf"walk of 0x1237:(?s:.*){PROMPT}$")
        qemu.until("key that counts, a moment after ESC", lambda: types_after_escape(qemu))
        qemu.type("\x03")
        qemu.type(" " * 182 + "walk 0xffff888000abc000\r")
        qemu.until_serial(rf"\x07\nerror: not run: characters of this line were lost; .*\n{PROMPT}$")
        assert "walk of 0xffff888000" not in qemu.serial()
        qemu.type("test fmt.*; nonsense\r")
        qemu.until_serial(rf"ok 1 fmt(?s:.*)no command \"nonsense\"(?s:.*){PROMPT}$")
        assert qemu.process.poll() is None


SCREENS = [  # firmware and GRUB's gfxpayload
    pytest.param("bios", "", id="bios graphics"),
    pytest.param("bios", "text", id="bios text"),
    pytest.param("uefi", "", id="uefi", marks=pytest.mark.long),
]
NAMES = {" ": "spc", "-": "minus", ";": "semicolon", "\n": "ret"}


def press_text(qemu: Qemu, text: str) -> None:
    for character in text:
        keys = [NAMES.get(character, character.lower())]
        qemu.press(*(["shift"] if character.isupper() else []), *keys)
        time.sleep(0.05)  # QEMU lets go of a key after 0.1 s, and queues few


@pytest.mark.parametrize("firmware, gfxpayload", SCREENS)
def test_typing_on_the_keyboard(
    builder: Builder, folder: Path, firmware: str, gfxpayload: str
) -> None:
    """There is no serial port: keys go in, and the screen is what is looked at."""
    iso = builder.iso(DEFAULT, Iso(f"stays-{gfxpayload}", "loglevel=1", gfxpayload))
    font = Font(builder.target(DEFAULT, "include/generated/font.h"))
    machine = ["-m", "256", *(uefi_arguments(folder) if firmware == "uefi" else [])]
    with Qemu(folder, *machine, "-cdrom", str(iso), serial=False) as qemu:

        def screen() -> str:
            return qemu.vga_text() if gfxpayload == "text" else font.text(qemu.picture())

        def until_screen(pattern: str) -> None:
            qemu.until(f'"{pattern}" on the screen', lambda: re.search(pattern, screen()))

        until_screen(rf"\n{PROMPT.strip()}$")
        # A capital X, which is taken away again by a cursor key and delete.
        press_text(qemu, "walk 0x12X34")
        for key in ("left", "left", "left", "delete", "end"):
            qemu.press(key)
            time.sleep(0.05)
        until_screen(rf"\n{PROMPT}walk 0x1234$")
        press_text(qemu, "\n")
        until_screen(rf"{PROMPT}walk 0x1234\nwalk of 0x1234: (?s:.*)=> not mapped.*\n{PROMPT.strip()}$")
        qemu.press("up")
        until_screen(rf"\n{PROMPT}walk 0x1234$")
        qemu.press("ctrl", "u")
        press_text(qemu, "Nonsense")
        until_screen(rf"\n{PROMPT}Nonsense$")
        press_text(qemu, "\n")
        until_screen('no command "Nonsense"')
        qemu.press("ctrl", "l")
        until_screen(rf"^{PROMPT.strip()}$")


def test_without_anything_to_type_on(builder: Builder, folder: Path) -> None:
    """No serial port and no keyboard controller: the kernel says so, and halts."""
    iso = builder.iso(DEFAULT, Iso("stays-text", "loglevel=3", "text"))
    machine = ["-machine", "pc,i8042=off", "-m", "128"]
    with Qemu(folder, *machine, "-cdrom", str(iso), serial=False) as qemu:
        sentence = "neither a serial port nor a keyboard"
        qemu.until("sentence on the screen", lambda: sentence in qemu.vga_text())
        registers = qemu.qmp("human-monitor-command", **{"command-line": "info registers"})
        assert "HLT=1" in registers
        assert "mercator>" not in qemu.vga_text()


def test_without_a_keyboard_controller(builder: Builder, folder: Path) -> None:
    """The serial port alone will do."""
    iso = builder.iso(DEFAULT, Iso("stays-info", "loglevel=3"))
    machine = ["-machine", "pc,i8042=off", "-m", "128"]
    with Qemu(folder, *machine, "-cdrom", str(iso), typed=True) as qemu:
        qemu.until_serial(rf"there is no keyboard controller\n{PROMPT}$")
        qemu.type("walk 0\r")
        qemu.until_serial(rf"walk of 0:(?s:.*){PROMPT}$")


@pytest.mark.parametrize("firmware, board", [("bios", "pc"), ("bios", "q35"), ("uefi", "q35")])
def test_poweroff(builder: Builder, folder: Path, firmware: str, board: str) -> None:
    iso = builder.iso(DEFAULT, Iso("poweroff", 'loglevel=1 run="poweroff" exit=isa-debug'))
    machine = ["-machine", board, "-m", "256", *(uefi_arguments(folder) if firmware == "uefi" else [])]
    with Qemu(folder, *machine, "-cdrom", str(iso)) as qemu:
        assert qemu.wait() == 0
        assert "powering off by ACPI" in qemu.serial().splitlines()[-1]


def summed(data: bytes, at: int) -> bytes:
    """With the byte at `at` such that all add up to 0."""
    return data[:at] + bytes([-(sum(data) - data[at]) % 256]) + data[at + 1 :]


def acpi_table(signature: bytes, contents: bytes) -> bytes:
    return summed(signature + struct.pack("<I28x", 36 + len(contents)) + contents, 9)


def test_poweroff_by_new_fields_and_old_ones(builder: Builder, folder: Path) -> None:
    """Damaged tables: the XSDT's sum is wrong, X_DSDT is no table, the old port is not QEMU's."""
    base = shim.INFORMATION_ADDRESS + 8 + 8
    dsdt = acpi_table(b"DSDT", b"\x08_S5_\x12\x06\x04\0\0\0\0")
    fadt = bytearray(244 - 36)
    for offset, layout, *values in [
        (40, "I", base),
        (64, "I", 0x1804),
        (140, "Q", base + 4),
        (172, "BBBBQ", 1, 16, 0, 2, 0x604),
    ]:
        struct.pack_into("<" + layout, fadt, offset - 36, *values)
    tables = dsdt + acpi_table(b"FACP", fadt)
    rsdt = base + len(tables)
    tables += acpi_table(b"RSDT", struct.pack("<I", base + len(dsdt)))
    xsdt = base + len(tables)
    tables += acpi_table(b"XSDT", struct.pack("<Q", base + len(dsdt)))[:-1] + b"\1"
    pointer = b"RSD PTR \0      \2" + struct.pack("<IIQ4x", rsdt, 36, xsdt)
    pointer = summed(summed(pointer[:20], 8) + pointer[20:], 32)
    low, *rest = shim.MEMORY_MAP
    firmware = (shim.INFORMATION_ADDRESS, 0x10000, ACPI_RECLAIMABLE)
    above = (firmware[0] + firmware[1], low[1] - firmware[0] - firmware[1], shim.USABLE)
    info = shim.information(
        shim.tag(UNKNOWN_TAG, tables),
        shim.tag(TAG_RSDP_NEW, pointer),
        shim.cmdline_tag("loglevel=1 run=poweroff exit=isa-debug"),
        shim.memory_map_tag([(0, firmware[0], shim.USABLE), firmware, above, *rest]),
    )
    programs = [builder.target(DEFAULT, name) for name in ("shim.bin", "mercator.elf")]
    with shim.boot(folder, *programs, info) as qemu:
        assert qemu.wait() == 0
        assert qemu.serial().splitlines()[-1] == "powering off by ACPI: S5 is type 0, at port 0x604"


def test_poweroff_where_there_is_no_way(builder: Builder, folder: Path) -> None:
    """Without ACPI, QEMU's port is not there either: the monitor says so and goes on."""
    machine = ["-machine", "pc,acpi=off"]
    says = "error: poweroff: this machine does not go off"
    status, said = run(builder, folder, "poweroff; cpu", DEFAULT, *machine, expects=[says])
    assert status == PASSED_STATUS
    assert says in said["poweroff"]
    assert "CR3" in said["cpu"]


@pytest.mark.parametrize(
    "machine, way",
    [("pc", "keyboard controller"), ("q35", "ACPI"), ("pc,i8042=off", "triple fault")],
)
def test_reboot(builder: Builder, folder: Path, machine: str, way: str) -> None:
    """The kernel is there a second time."""
    iso = builder.iso(DEFAULT, Iso("stays", "loglevel=1"))
    arguments = ["-machine", machine, "-m", "128", "-action", "reboot=reset", "-cdrom", str(iso)]
    with Qemu(folder, *arguments, typed=True) as qemu:
        qemu.until_serial(rf"{PROMPT}$")
        qemu.type("reboot\r")
        qemu.until_serial(rf"resetting by (the |a )?{way}.*\n(?s:.*)Mercator (?s:.*)\n{PROMPT}$")


def test_kernel_without_a_monitor(builder: Builder, folder: Path) -> None:
    """It says that run= means nothing to it, and halts."""
    says = "error: this kernel is built without the monitor"
    with shim.start(builder, WITHOUT, folder, 'loglevel=1 run="maps"', expects=[says]) as qemu:
        qemu.until_serial(says)
        qemu.until(
            "halt",
            lambda: "HLT=1"
            in qemu.qmp("human-monitor-command", **{"command-line": "info registers"}),
        )
        assert PROMPT not in qemu.serial()
