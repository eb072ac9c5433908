# SPDX-License-Identifier: MIT
"""The machines that Mercator is booted on. To add one, add an entry to MACHINES.

Every machine is booted in `make check`, with builds (compiler and configuration) chosen so that
each of its traits (but Bochs') meets each compiler and each configuration at least once. In `make
check-long`, each value of each column does so; `make check-all` boots every machine with every build
(pairs.py). Where a CPU lacks what the kernel needs, it has to say so (test_refusals.py).
"""

import os
import shutil
import subprocess
from dataclasses import dataclass, fields

MIB = 1
GIB = 1024 * MIB
TIB = 1024 * GIB

# The least memory that works with every build, found by trying: with 7 MiB on BIOS, GRUB finds no
# room for the largest. On UEFI (OVMF), 44 MiB are enough for GRUB's menu, but not for the kernel;
# GRUB 2.12 requests 32 MiB at its start, and stops if it does not get them ("could not allocate all
# requested memory"), with any OVMF.
LEAST_BIOS = 8 * MIB
LEAST_UEFI = {"2.06": 56 * MIB, "2.12": 73 * MIB}


def least_uefi() -> int:
    """With the GRUB that is here; what was not tried gets as much as any that was."""
    tool = os.environ.get("GRUB_MKRESCUE") or shutil.which("grub-mkrescue") or "grub2-mkrescue"
    try:
        said = subprocess.run([tool, "--version"], text=True, capture_output=True).stdout
    except FileNotFoundError:
        said = ""
    tried = [least for version, least in LEAST_UEFI.items() if f" {version}" in said]
    return tried[0] if tried else max(LEAST_UEFI.values())


# QEMU's CPU models, as software emulates them. "qemu64" is what VirtualBox shows too: NX, but no
# 1 GiB pages, and nothing in CPUID leaf 7 (SMEP, SMAP, LA57, UMIP ...). "max" has all of that.
VIRTUALBOX = "qemu64"
ALL_FEATURES = "max"
NO_LA57 = "max,la57=off"
NO_GIB_PAGES = "max,pdpe1gb=off"
WIDE = "max,phys-bits=42"  # "max" alone has 40 physical address bits, so 1 TiB
WIDER = "max,phys-bits=46"
AMD = "EPYC,phys-bits=40"  # reserves a range just below 1 TiB
AMD_WIDE = "EPYC,phys-bits=48"  # with enough memory, RAM goes on at 1 TiB


@dataclass(frozen=True)
class Machine:
    """One machine. Its name says what is special about it."""

    name: str
    emulator: str = "qemu"
    firmware: str = "bios"
    board: str = "pc"
    memory: int = 128 * MIB
    cpu: str = ALL_FEATURES
    cpus: int = 1
    screen: str = "graphics"  # "text": GRUB leaves the VGA text screen
    serial: bool = True
    few: bool = False  # some self-tests are enough
    without: str = ""  # a feature that the CPU would have, by QEMU's name; nothing else is special
    refusal: str = ""  # why the kernel cannot run here, as it says itself

    def __str__(self) -> str:
        return self.name

    def columns(self) -> dict[str, object]:
        """What is to meet each compiler and configuration. Bochs is slow, and a feature that is missing
        is missing with any of them: each once will do."""
        if self.emulator == "bochs" or self.without:
            return {}
        return {field.name: getattr(self, field.name) for field in fields(self)[1:]}

    def traits(self) -> dict[str, object]:
        """The same, where sizes and models that the code treats alike are one."""
        columns = self.columns()
        if columns:
            del columns["board"], columns["cpus"]
            columns["memory"] = [edge for edge in (0, 4 * GIB, TIB) if self.memory >= edge][-1]
            columns["cpu"] = "pdpe1gb=off" not in self.cpu and self.cpu != VIRTUALBOX
            columns["levels"] = 5 if self.cpu.startswith("max") and "la57=off" not in self.cpu else 4
        return columns

    def qemu_arguments(self) -> list[str]:
        """Memory is reserved by nobody: the guest gets what it touches."""
        ram = f"memory-backend-ram,id=ram,size={self.memory}M,reserve=off"
        return [
            *("-machine", f"{self.board},memory-backend=ram", "-object", ram),
            *("-m", f"{self.memory}M", "-cpu", self.cpu + (f",-{self.without}" if self.without else "")),
            *("-smp", str(self.cpus)),
        ]


def lacking(feature: str, refusal: str = "") -> Machine:
    return Machine(f"bios-no-{feature}", memory=64 * MIB, few=True, without=feature, refusal=refusal)


def bochs(name: str, cpu: str, **values: object) -> Machine:
    return Machine(name, emulator="bochs", board="bochs", cpu=cpu, **values)


ORDINARY = Machine("bios-pc")
MACHINES = [
    Machine("bios-least-memory", memory=LEAST_BIOS),
    Machine("bios-virtualbox-like", memory=64 * MIB, cpu=VIRTUALBOX),
    ORDINARY,
    Machine("bios-q35", board="q35", cpu=NO_LA57),
    Machine("bios-no-1g-pages", board="q35", cpu=NO_GIB_PAGES, memory=5 * GIB),
    Machine("bios-virtualbox-like-5g", cpu=VIRTUALBOX, memory=5 * GIB),
    Machine("bios-4g-boundary", board="q35", memory=5 * GIB),
    Machine("bios-amd", board="q35", cpu=AMD, memory=256 * MIB),
    Machine("bios-amd-5g", cpu=AMD, memory=5 * GIB, cpus=4),
    Machine("bios-sparse-1t", board="q35", cpu=WIDE, memory=1 * TIB),
    Machine("bios-sparse-1t-amd", cpu=AMD_WIDE, memory=1 * TIB),
    Machine("bios-sparse-16t", board="q35", cpu=WIDER, memory=16 * TIB),
    Machine("bios-sparse-16t-no-1g-pages", board="q35", cpu=f"{WIDER},pdpe1gb=off", memory=16 * TIB),
    Machine("bios-4-cpus", cpus=4),
    Machine("bios-text-screen", screen="text"),
    Machine("bios-text-screen-q35", board="q35", screen="text", cpu=VIRTUALBOX),
    Machine("bios-no-serial", serial=False),
    Machine("bios-no-serial-text-screen", screen="text", serial=False),
    Machine("uefi-least-memory", firmware="uefi", memory=least_uefi(), cpu=NO_LA57),
    Machine("uefi-pc", firmware="uefi", memory=256 * MIB),
    Machine("uefi-q35", firmware="uefi", board="q35", memory=256 * MIB, cpu=VIRTUALBOX, cpus=4),
    Machine("uefi-amd-5g", firmware="uefi", board="q35", memory=5 * GIB, cpu=AMD),
    Machine("uefi-sparse-1t", firmware="uefi", board="q35", memory=1 * TIB, cpu=WIDE),
    Machine("uefi-no-serial", firmware="uefi", memory=256 * MIB, serial=False),
    # One feature of the CPU missing at a time; bios-no-1g-pages and those like VirtualBox have no 1 GiB pages.
    *map(lacking, ("pge", "pse", "sse", "tsc", "apic")),
    lacking("lm", "this CPU has no long mode"),
    lacking("nx", "this CPU has no NX bit"),
    *(lacking(feature, "this CPU lacks PAE, MSRs, CMOV or the PAT") for feature in ("pae", "msr", "cmov", "pat")),
    Machine("bios-pentium3", cpu="pentium3", memory=64 * MIB, refusal="this CPU has no long mode"),
    bochs("bochs-no-1g-pages", "core2_penryn_t9600", memory=64 * MIB),
    bochs("bochs-1g-pages", "corei7_haswell_4770"),
    bochs("bochs-few", "corei7_icelake_u", few=True),
    bochs("bochs-umip-pku", "corei7_icelake_u"),
    bochs("bochs-amd", "ryzen", memory=256 * MIB),
]

RUNNING = [machine for machine in MACHINES if not machine.refusal]
REFUSED = [machine for machine in MACHINES if machine.refusal]

# They take long, and what they have, others have too: not in `make check`.
COVERED = {"bios-sparse-16t", "bios-sparse-16t-no-1g-pages"}
COVERED |= {machine.name for machine in MACHINES if machine.emulator == "bochs" and not machine.few}
