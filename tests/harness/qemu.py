# SPDX-License-Identifier: MIT
"""One run of QEMU, with a deadline: serial log in a file, QMP over its standard input and output."""

import json
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.alarms import unexpected
from harness.screen import VGA_COLUMNS, VGA_ROWS, VGA_TEXT, Picture, vga_text

DEADLINE = 180.0  # seconds: far more than any boot takes, on a busy machine
POLL = 0.1

OVMF_CODE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
OVMF_VARS = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")

# What the benchmarks warn of here.
EMULATED = "^warning: this CPU is emulated"

PASSED_STATUS = 33
FAILED_STATUS = 35


class TimedOut(Exception):
    pass


def uefi_arguments(folder: Path) -> list[str]:
    """OVMF with its own copy of the variables, for nothing may be left over from another run."""
    variables = folder / "ovmf-vars.fd"
    shutil.copyfile(OVMF_VARS, variables)
    return [
        *("-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={OVMF_CODE}"),
        *("-drive", f"if=pflash,format=raw,unit=1,file={variables}"),
    ]


class Qemu:
    """A context manager: the guest is gone when the block is left. Unless it left with the status of a
    failure, its log has no error and no warning but those that fit a pattern of `expects`."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        serial: bool = True,
        typed: bool = False,
        deadline: float = DEADLINE,
        expects: Sequence[str] = (),
    ) -> None:
        """typed: type() reaches the guest's serial port."""
        self.folder = folder
        self.private: tempfile.TemporaryDirectory[str] | None = None
        self.terminal: socket.socket | None = None
        self.serial_log = folder / "serial.log"
        self.serial_log.write_text("")
        self.command = [
            *("qemu-system-x86_64", "-nodefaults", "-no-reboot", "-display", "none", "-vga", "std"),
            *(self.typed_serial() if typed else self.plain_serial(serial)),
            *("-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-qmp", "stdio"),
            *arguments,
        ]
        self.deadline = deadline
        self.expects = expects
        self.timed_out = False
        self.greeted = False

    def plain_serial(self, serial: bool) -> list[str]:
        return ["-serial", f"file:{self.serial_log}" if serial else "none"]

    def typed_serial(self) -> list[str]:
        """A socket, whose path has to be short; QEMU starts when we have connected. (Its own log of
        a socket has characters twice that the socket was not ready for at once.)"""
        self.private = tempfile.TemporaryDirectory()
        path = f"{self.private.name}/serial"
        return [
            *("-chardev", f"socket,id=serial,server=on,wait=on,path={path}"),
            *("-serial", "chardev:serial"),
        ]

    def connect(self) -> None:
        self.terminal = socket.socket(socket.AF_UNIX)

        def is_connected() -> bool:
            try:
                self.terminal.connect(f"{self.private.name}/serial")
                return True
            except (FileNotFoundError, ConnectionRefusedError):
                return False

        self.until("socket for serial", is_connected)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        """What the guest says goes to the log."""
        with self.serial_log.open("ab", buffering=0) as log:
            try:
                while said := self.terminal.recv(4096):
                    log.write(said)
            except OSError:
                pass

    def __enter__(self) -> "Qemu":
        self.started = time.monotonic()
        self.stderr = (self.folder / "qemu.log").open("w+")
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.stderr,
            text=True,
            bufsize=1,
        )
        self.timer = threading.Timer(self.deadline, self.time_out)
        self.timer.start()
        if self.private:
            self.connect()
        return self

    def __exit__(self, exception: object, *_: object) -> None:
        self.timer.cancel()
        failed = exception or self.process.poll() == FAILED_STATUS
        self.process.kill()
        self.process.communicate()
        self.stderr.close()
        if self.terminal:
            self.terminal.close()
        if self.private:
            self.private.cleanup()
        alarms = [] if failed else unexpected(self.serial(), self.expects)
        assert not alarms, "\n".join(["not expected in the log:", *alarms])

    def time_out(self) -> None:
        self.timed_out = True
        self.process.kill()

    def serial(self) -> str:
        return self.serial_log.read_text(errors="replace")

    def said(self) -> str:
        """What QEMU itself had to say."""
        return (self.folder / "qemu.log").read_text(errors="replace")

    def wait(self) -> int:
        """Waits until the guest leaves QEMU; returns the exit status."""
        status = self.process.wait()
        if self.timed_out:
            raise TimedOut(f"still running after {self.deadline:.0f} s")
        return status

    def until(self, what: str, condition: Any) -> Any:
        """Polls until the condition holds, and returns its value."""
        while not (value := condition()):
            if self.timed_out:
                raise TimedOut(f"no {what} after {self.deadline:.0f} s")
            if self.process.poll() is not None:
                raise TimedOut(f"QEMU left with {self.process.returncode} before {what}: {self.said()}")
            time.sleep(POLL)
        return value

    def until_serial(self, pattern: str) -> re.Match[str]:
        return self.until(f'"{pattern}" on serial', lambda: re.search(pattern, self.serial()))

    def qmp(self, execute: str, **arguments: Any) -> Any:
        if not self.greeted:
            self.greeted = True
            self.qmp("qmp_capabilities")
        request = {"execute": execute, "arguments": arguments}
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            for line in self.process.stdout:
                answer = json.loads(line)
                if "error" in answer:
                    raise RuntimeError(f"{execute}: {answer['error']['desc']}")
                if "return" in answer:
                    return answer["return"]
        except BrokenPipeError:
            pass
        raise TimedOut(f"QEMU is gone: {self.said()}")

    def press(self, *keys: str) -> None:
        """Keys that are held at the same time, by QEMU's names (QKeyCode)."""
        self.qmp("send-key", keys=[{"type": "qcode", "data": key} for key in keys])

    def type(self, text: str) -> None:
        """Types on the serial port of a Qemu that was made with typed=True."""
        self.terminal.sendall(text.encode())

    def picture(self) -> Picture:
        path = self.folder / "screen.ppm"
        self.qmp("screendump", filename=str(path))
        return Picture.read(path)

    def memory(self, address: int, size: int) -> bytes:
        """Physical memory."""
        path = self.folder / "memory.bin"
        self.qmp("pmemsave", val=address, size=size, filename=str(path))
        return path.read_bytes()

    def vga_text(self) -> str:
        return vga_text(self.memory(VGA_TEXT, 2 * VGA_COLUMNS * VGA_ROWS))
