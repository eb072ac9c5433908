# SPDX-License-Identifier: MIT
"""gdb commands that show page tables: `walk ADDRESS` and `maps`.

Tables are read as physical memory, through QEMU's gdb stub, so that they can be read at any time:
in the 32-bit stub, and whichever way the kernel itself reaches its tables. What an entry means is
said once more here, on purpose: this is how the kernel's own opinion is checked (SDM 3, 4.5).
"""

import os
import re
import struct

import gdb

ENTRIES = 512
ENTRY_SIZE = 8
TABLE_SIZE = ENTRIES * ENTRY_SIZE
ADDRESS_MASK = 0x000FFFFFFFFFF000
LEVEL_NAMES = {1: "PT", 2: "PD", 3: "PDPT", 4: "PML4", 5: "PML5"}

P, W, U, PWT, PCD, A, D, PS, G = (1 << bit for bit in range(9))
PAT_HUGE = 1 << 12
NX = 1 << 63

CR0_PG = 1 << 31
CR4_LA57 = 1 << 12
EFER_LMA = 1 << 10
EFER_NXE = 1 << 11


def register(name):
    value = gdb.parse_and_eval("$" + name)
    if value.type.code == gdb.TYPE_CODE_VOID:
        raise gdb.GdbError("no register %s: is the kernel running under QEMU?" % name)
    return int(value.cast(gdb.lookup_type("unsigned long long")))


class PhysicalMemory:
    """Reads physical memory while it is entered (`with`)."""

    def __enter__(self):
        reply = gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
        if '"OK"' not in reply:
            raise gdb.GdbError("this target cannot read physical memory: it is not QEMU's")
        return self

    def __exit__(self, *_):
        gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)

    def entry(self, table, index):
        memory = gdb.selected_inferior().read_memory(table + index * ENTRY_SIZE, ENTRY_SIZE)
        return struct.unpack("<Q", bytes(memory))[0]

    def table(self, table):
        memory = gdb.selected_inferior().read_memory(table, TABLE_SIZE)
        return struct.unpack("<%dQ" % ENTRIES, bytes(memory))


class Paging:
    """How the CPU translates now: root table, levels, and whether NX counts."""

    def __init__(self, root=None, levels=None):
        on = register("cr0") & CR0_PG and register("efer") & EFER_LMA
        if root is None and not on:
            raise gdb.GdbError("64-bit paging is off now; name a root to read tables all the same")
        self.root = (register("cr3") if root is None else root) & ADDRESS_MASK
        self.levels = levels or (5 if register("cr4") & CR4_LA57 else 4)
        if self.levels not in (4, 5):
            raise gdb.GdbError("there are 4 or 5 levels")
        self.nxe = bool(register("efer") & EFER_NXE) if on else True

    def canonical(self, address):
        bits = 12 + 9 * self.levels
        address &= (1 << bits) - 1
        if address >> (bits - 1):
            address |= (1 << 64) - (1 << bits)
        return address

    def executable(self, entry):
        return not (self.nxe and entry & NX)


def shift(level):
    return 12 + 9 * (level - 1)


def span(level):
    return 1 << shift(level)


def is_leaf(entry, level):
    return level == 1 or (level <= 3 and bool(entry & PS))


def leaf_address(entry, level):
    return entry & ADDRESS_MASK & ~(span(level) - 1)


def size_text(size):
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if size < 1024 or size % 1024:
            return "%d %s" % (size, unit)
        size //= 1024
    return "%d EiB" % size


def flags_text(entry, level, paging):
    """rwx, then every other flag that is set, by name."""
    text = "r" + ("w" if entry & W else "-") + ("x" if paging.executable(entry) else "-")
    names = [("user", U), ("pwt", PWT), ("pcd", PCD), ("a", A)]
    if is_leaf(entry, level):
        names += [("d", D), ("global", G), ("pat", PS if level == 1 else PAT_HUGE)]
    return " ".join([text] + [name for name, bit in names if entry & bit])


def entry_text(entry, level, paging):
    if not entry & P:
        return "not present, a marker" if entry else "absent"
    if is_leaf(entry, level):
        kind, address = size_text(span(level)), leaf_address(entry, level)
    else:
        kind, address = "table", entry & ADDRESS_MASK
    return "%-5s at %#x %s" % (kind, address, flags_text(entry, level, paging))


def arguments(text, least, most):
    """The words of a command line as numbers: each is an expression without spaces; functions and
    arrays stand for their addresses."""
    values = [gdb.parse_and_eval(word) for word in gdb.string_to_argv(text)]
    if not least <= len(values) <= most:
        raise gdb.GdbError("%d to %d arguments, see help" % (least, most))
    places = (gdb.TYPE_CODE_FUNC, gdb.TYPE_CODE_ARRAY)
    return [int(v.address if v.type.code in places else v) for v in values]


class Walk(gdb.Command):
    """Show each page-table entry on the way from the root to ADDRESS, decoded.

    walk ADDRESS [ROOT [LEVELS]]

    ROOT is the physical address of another root table than CR3's, LEVELS 4 or 5 if they are not
    what CR4 says: so tables can be read that are not in use, or not yet."""

    def __init__(self):
        super().__init__("walk", gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        address, *rest = arguments(argument, 1, 3)
        address &= (1 << 64) - 1
        paging = Paging(*rest)
        print("walk of %#x, %d levels, root at %#x:" % (address, paging.levels, paging.root))
        if address != paging.canonical(address):
            print("  not canonical")
            return
        with PhysicalMemory() as memory:
            self.walk(memory, paging, address)

    @staticmethod
    def walk(memory, paging, address):
        table, bits, executable = paging.root, W | U, True
        for level in range(paging.levels, 0, -1):
            index = address >> shift(level) & (ENTRIES - 1)
            entry = memory.entry(table, index)
            text = entry_text(entry, level, paging)
            print("  %-4s[%3d] %016x %s" % (LEVEL_NAMES[level], index, entry, text))
            bits, executable = bits & entry, executable and paging.executable(entry)
            if not entry & P:
                print("  -> not mapped")
                return
            if is_leaf(entry, level):
                physical = leaf_address(entry, level) | address & (span(level) - 1)
                rights = "r" + ("w" if bits & W else "-") + ("x" if executable else "-")
                user = " user" if bits & U else ""
                print("  -> physical %#x %s%s" % (physical, rights, user))
                return
            table = entry & ADDRESS_MASK


def constants():
    """The constants of C headers that the build keeps beside the kernel's ELF file."""
    folder = os.path.dirname(gdb.current_progspace().filename or "")
    try:
        with open(os.path.join(folder, "include/generated/constants.h")) as file:
            found = re.findall(r"^#define (\w+) (-?\d+)$", file.read(), re.MULTILINE)
    except OSError:
        return {}
    return {name: int(value) & ((1 << 64) - 1) for name, value in found}


def symbol(name):
    try:
        return int(gdb.parse_and_eval("(unsigned long)&" + name))
    except gdb.error:
        return None


def regions():
    """(start, end, name) of what the layout knows: each pair X_BASE and X_SIZE of the constants, and
    the sections that the linker script puts between symbols."""
    known = constants()
    found = [
        (base, base + known[name[:-5] + "_SIZE"], name[:-5].lower())
        for name, base in known.items()
        if name.endswith("_BASE") and name[:-5] + "_SIZE" in known
    ]
    for first, last, name in (
        ("boot_start", "boot_end", "stub, identity"),
        ("text_start", "text_end", "kernel text"),
        ("rodata_start", "rodata_end", "kernel rodata"),
        ("data_start", "kernel_end", "kernel data"),
    ):
        start, end = symbol(first), symbol(last)
        if start is not None and end is not None:
            found.append((start, end, name))
    return found


class Range:
    """Neighbouring pages of one size with the same rights. A range of tables (a recursive slot) has
    the kind "tables" and no page size."""

    def __init__(self, start, end, rights, kind, physical):
        self.start, self.end = start, end
        self.rights, self.kind = rights, kind
        self.physical, self.scattered = physical, False

    def extend(self, start, end, rights, kind, physical):
        """Take in what follows, if it is of the same sort. Whether it was."""
        if self.end != start or self.rights != rights or self.kind != kind:
            return False
        if physical != self.physical + start - self.start:
            self.scattered = True
        self.end = end
        return True

    def text(self, known):
        name = self.kind if self.kind == "tables" else ""
        for start, end, region in known:
            if start <= self.start < end:
                name = region
        where = "scattered" if self.scattered else "at %#x" % self.physical
        size = size_text(self.end - self.start)
        kind = size_text(self.kind) if isinstance(self.kind, int) else "-"
        line = "%#018x-%#018x %8s %-12s %5s %-18s %s"
        return (line % (self.start, self.end, size, self.rights, kind, where, name)).rstrip()


class Collector:
    """Walks all tables once, and merges what neighbours."""

    def __init__(self, memory, paging):
        self.memory, self.paging = memory, paging
        self.ranges = []
        self.add_table(paging.root, paging.levels, 0, (W | U, True))

    def add(self, start, size, rights, kind, physical):
        start = self.paging.canonical(start)
        if not (self.ranges and self.ranges[-1].extend(start, start + size, rights, kind, physical)):
            self.ranges.append(Range(start, start + size, rights, kind, physical))

    def is_window(self, table, level):
        """Whether an entry of a table of this level leads to tables instead of to memory: a root
        entry to a root that points at itself, be it this one (the recursive slot) or another's."""
        return level == self.paging.levels and any(
            entry & P and entry & ADDRESS_MASK == table for entry in self.memory.table(table)
        )

    def add_table(self, table, level, base, above):
        for index, entry in enumerate(self.memory.table(table)):
            if not entry & P:
                continue
            start = base + (index << shift(level))
            bits, executable = above[0] & entry, above[1] and self.paging.executable(entry)
            if is_leaf(entry, level):
                rights = self.rights(bits, executable, entry, level)
                self.add(start, span(level), rights, span(level), leaf_address(entry, level))
                continue
            target = entry & ADDRESS_MASK
            if self.is_window(target, level):
                rights = self.rights(bits, executable, 0, level)
                self.add(start, span(level), rights, "tables", target)
            else:
                self.add_table(target, level - 1, start, (bits, executable))

    @staticmethod
    def rights(bits, executable, leaf, level):
        text = "r" + ("w" if bits & W else "-") + ("x" if executable else "-")
        text += "u" if bits & U else "-"
        text += "g" if leaf & G else "-"
        pat = PS if level == 1 else PAT_HUGE
        index = bool(leaf & PWT) + 2 * bool(leaf & PCD) + 4 * bool(leaf & pat)
        return text + (" pat%d" % index if index else "")


class Maps(gdb.Command):
    """Show what the whole address space maps: ranges of neighbouring pages of one size with the same
    rights (those that all levels together leave: r, w, x, user, global; patN: the PAT entry that
    names the memory type, if not 0), and where their memory begins, or `scattered`. A recursive slot
    is one range, of tables.

    maps [ROOT [LEVELS]]

    ROOT is the physical address of another root table than CR3's, LEVELS 4 or 5 if they are not
    what CR4 says."""

    def __init__(self):
        super().__init__("maps", gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        paging = Paging(*arguments(argument, 0, 2))
        with PhysicalMemory() as memory:
            ranges = Collector(memory, paging).ranges
        known = regions()
        print("%d levels, root at %#x:" % (paging.levels, paging.root))
        for one in ranges:
            print(one.text(known))


Walk()
Maps()
