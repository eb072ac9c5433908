# SPDX-License-Identifier: MIT
"""Runs programs that may do anything: hang, print for ever, leave processes behind."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

running: set[int] = set()  # process groups
lock = threading.Lock()
ended = False


class Ended(Exception):
    """The whole run is over: nothing is started any more."""


@dataclass(frozen=True)
class Result:
    status: int
    timed_out: bool = False


def run(
    command: list[str], seconds: float, each_line: Callable[[str], bool] = lambda _: True, cwd: Path | None = None
) -> Result:
    """Runs it with a time limit; `each_line` sees what it prints, and says whether to go on.

    At its end all that it started is killed. If we are killed ourselves, so that nobody can do that,
    the program dies with us, and what it started when it has used its processor time.
    """
    limits = ["prlimit", "--core=0", f"--cpu={int(seconds) + 60}"]
    with lock:
        if ended:
            raise Ended
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *limits, *command], cwd=cwd, start_new_session=True,
            text=True, errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        running.add(process.pid)
    timed_out = threading.Event()

    def stop() -> None:
        timed_out.set()
        kill(process.pid)

    timer = threading.Timer(seconds, stop)
    timer.start()
    assert process.stdout
    for line in process.stdout:
        if not each_line(line):
            break
    else:
        process.wait()
    timer.cancel()
    kill(process.pid)
    process.stdout.close()
    status = process.wait()
    with lock:
        running.discard(process.pid)
    if ended:
        raise Ended
    return Result(status, timed_out.is_set())


def kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def end() -> None:
    """Kills everything that runs, for good."""
    global ended
    with lock:
        ended = True
        for group in running:
            kill(group)
