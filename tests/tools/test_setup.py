# SPDX-License-Identifier: MIT
"""scripts/setup, against an apt that only notes what it is asked. scripts/check-bare-root tries the
real one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).resolve().parents[2] / "scripts/setup"

# What setup itself calls, and so what must be there on any system.
BASICS = ["sh", "cat", "env", "grep", "sed", "tr", "uname", "uniq"]

FAKES = {
    "id": "echo $FAKE_UID",
    "sudo": 'echo sudo "$@" >>"$FAKE_CALLS"; exec "$@"',
    "dpkg-query": 'case " $FAKE_MISSING " in *" $4 "*) printf "un " ;; *) printf "ii " ;; esac',
    "apt-get": 'echo apt-get "$@" >>"$FAKE_CALLS"; [ "$1" != "$FAKE_FAIL" ]',
    "apt-cache": 'case " $FAKE_UNKNOWN " in *" $2 "*) echo "  Candidate: (none)" ;; '
    '*) echo "  Candidate: 1.0" ;; esac',
}


class Setup:
    """One run of scripts/setup in a system of its own making."""

    def __init__(self, folder: Path, *, debian: bool = True, without: tuple[str, ...] = (), **env: str):
        programs = folder / "bin"
        programs.mkdir()
        for name in BASICS:
            (programs / name).symlink_to(shutil.which(name))
        for name, text in FAKES.items() if debian else ():
            if name not in without:
                (programs / name).write_text(f"#!/bin/sh\n{text}\n")
                (programs / name).chmod(0o755)
        calls = folder / "calls"
        environment = {"PATH": str(programs), "FAKE_CALLS": str(calls), "FAKE_UID": "0", **env}
        done = subprocess.run([SETUP], env=environment, capture_output=True, text=True)
        self.status, self.output = done.returncode, done.stdout + done.stderr
        self.calls = calls.read_text().splitlines() if calls.exists() else []

    def installed(self) -> list[str]:
        return [c for c in self.calls if c.startswith("apt-get install")][-1].split()[4:]


def test_does_nothing_when_all_is_there(tmp_path: Path) -> None:
    run = Setup(tmp_path)
    assert (run.status, run.output, run.calls) == (0, "", [])


def test_installs_only_what_is_missing(tmp_path: Path) -> None:
    run = Setup(tmp_path, FAKE_MISSING="nasm grub-common")
    assert run.status == 0, run.output
    assert run.calls == [
        "apt-get update",
        "apt-get install --yes --no-install-recommends nasm grub-common",
    ]


def test_any_alternative_will_do(tmp_path: Path) -> None:
    run = Setup(tmp_path, FAKE_MISSING="libclang-rt-dev bochs-term bochs-x")
    assert (run.status, run.calls) == (0, [])


@pytest.mark.parametrize(
    "unknown, chosen",
    [
        ("", "libclang-rt-dev"),
        ("libclang-rt-dev", "libclang-common-14-dev"),
        ("libclang-rt-dev libclang-common-14-dev", "libclang-rt-dev"),  # apt shall name it
    ],
)
def test_takes_the_alternative_that_the_release_has(
    tmp_path: Path, unknown: str, chosen: str
) -> None:
    missing = "libclang-rt-dev libclang-common-14-dev"
    run = Setup(tmp_path, FAKE_MISSING=missing, FAKE_UNKNOWN=unknown)
    assert (run.status, run.installed()) == (0, [chosen])


def test_through_sudo_when_not_root(tmp_path: Path) -> None:
    run = Setup(tmp_path, FAKE_MISSING="nasm", FAKE_UID="1000")
    assert run.status == 0, run.output
    assert [c for c in run.calls if c.startswith("sudo")] == [
        "sudo apt-get update",
        "sudo env DEBIAN_FRONTEND=noninteractive"
        " apt-get install --yes --no-install-recommends nasm",
    ]


def test_neither_root_nor_sudo(tmp_path: Path) -> None:
    run = Setup(tmp_path, without=("sudo",), FAKE_MISSING="nasm", FAKE_UID="1000")
    assert (run.status, run.calls) == (1, [])
    assert "neither root nor sudo" in run.output


@pytest.mark.parametrize("command", ["update", "install"])
def test_apt_fails(tmp_path: Path, command: str) -> None:
    run = Setup(tmp_path, FAKE_MISSING="nasm", FAKE_FAIL=command)
    assert run.status != 0
    assert run.calls[-1].startswith(f"apt-get {command}")


def test_elsewhere_says_what_is_missing(tmp_path: Path) -> None:
    run = Setup(tmp_path, debian=False)
    assert run.status == 1
    missing = [line.strip() for line in run.output.splitlines()[1:]]
    assert {"nasm", "qemu-system-x86_64", "gdb or gdb-multiarch", "Python module pytest"} <= set(missing)
    assert len(missing) == len(set(missing))


@pytest.mark.skipif(not os.path.exists("/usr/share/grub/unicode.pf2"), reason="another distribution")
def test_elsewhere_finds_files(tmp_path: Path) -> None:
    assert "unicode.pf2" not in Setup(tmp_path, debian=False).output
