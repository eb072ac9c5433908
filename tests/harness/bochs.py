# SPDX-License-Identifier: MIT
"""One run of Bochs: a second, independent model of the CPU.

The guest stops Bochs with `xchg %bx, %bx` (the kernel's exit=bochs): that breaks into Bochs'
debugger, whose next command is to quit. Its exit status says nothing, so the serial log decides.
All paths are relative: longer ones overflow Bochs' buffers.
"""

import os
import subprocess
from functools import cache
from pathlib import Path

from harness.qemu import DEADLINE, TimedOut

CONFIGURATION = """\
cpu: model={cpu}, count={cpus}, ips=200000000, reset_on_triple_fault=0, ignore_bad_msrs=1
memory: guest={memory}, host={memory}
romimage: file=/usr/share/seabios/bios.bin
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path={iso}, status=inserted
boot: cdrom
clock: sync=none, time0=1700000000
com1: enabled=1, mode=file, dev=serial.log
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
display_library: rfb, options="timeout=0"
magic_break: enabled=1
panic: action=fatal
error: action=report
log: bochs.log
"""


@cache
def debugger() -> list[str]:
    """From 3.0 on, Bochs has a debugger only if asked for it; 2.7, as Debian builds it, always, and does
    not know the word."""
    said = subprocess.run(["bochs", "--help"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return ["-debugger"] if " -debugger " in said.stdout + said.stderr else []


def run_bochs(folder: Path, iso: Path, cpu: str, memory: int, cpus: int = 1) -> str:
    """Boots the ISO with this many MiB until the kernel breaks; returns the serial log."""
    serial = folder / "serial.log"
    serial.write_text("")
    configuration = folder / "bochsrc"
    configuration.write_text(
        CONFIGURATION.format(
            cpu=cpu, cpus=cpus, memory=memory, iso=os.path.relpath(iso, folder)
        )
    )
    commands = folder / "commands"
    commands.write_text("c\nq\n")
    with (folder / "output.log").open("w") as output:
        try:
            subprocess.run(
                ["bochs", "-q", *debugger(), "-f", configuration, "-rc", commands],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=DEADLINE,
                cwd=folder,
            )
        except subprocess.TimeoutExpired as error:
            raise TimedOut(f"Bochs still runs after {DEADLINE:.0f} s") from error
    return serial.read_text(errors="replace")
