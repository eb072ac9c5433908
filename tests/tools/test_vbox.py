# SPDX-License-Identifier: MIT
"""scripts/vbox and scripts/serial-verdict, against a VBoxManage that only pretends."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

PASSED, FAILED, NO_RESULT = 0, 1, 2
COUNTS = "# 150 passed, 0 failed, 3 skipped"

# What the kernel may leave on serial, and what it means.
LOGS = {
    "passed": (PASSED, f"KTAP version 1\n1..1\nok 1 fmt\n{COUNTS}\n"),
    "passed-with-returns": (PASSED, f"ok 1 fmt\r\n{COUNTS}\r\n"),
    "last-counts-count": (FAILED, f"{COUNTS}\n# 9 passed, 1 failed, 0 skipped\n"),
    "failed": (FAILED, "not ok 1 fmt\n# 149 passed, 1 failed, 3 skipped\n"),
    "counts-deny-a-failure": (FAILED, f"not ok 1 fmt\n{COUNTS}\n"),
    "panic": (FAILED, "error: panic: no memory\nerror: stopped\n"),
    "panic-after-counts": (FAILED, f"{COUNTS}\nerror: panic: no memory\n"),
    "bail-out": (FAILED, "  ok 1 a\nBail out! panic during fmt.b\n"),
    "stub-stopped": (FAILED, "Mercator: this CPU has no long mode. Stopped.\n"),
    "senseless-command-line": (FAILED, "error: command line: seed=x is not a number\nerror: nothing was run\n"),
    "empty": (NO_RESULT, ""),
    "cut-off": (NO_RESULT, "KTAP version 1\n1..1\n  ok 1 a\n# 1 passed, 0 fai"),
    "no-test-ran": (NO_RESULT, "# 0 passed, 0 failed, 0 skipped\n"),
    "counts-are-quoted": (NO_RESULT, f"  # {COUNTS}\n"),
}
log_cases = pytest.mark.parametrize("status, log", LOGS.values(), ids=LOGS.keys())

# Notes each command line; startvm fills the serial log, as the machine would.
FAKE = """\
#!/bin/sh
echo "$*" >>"$FAKE_FOLDER/commands"
case $1 in
"$FAKE_FAIL") exit 1 ;;
startvm) cat "$FAKE_FOLDER/log" >"$FAKE_FOLDER/out/vbox-serial.log" ;;
showvminfo) echo 'name="x"'; echo "VMState=\\"$FAKE_STATE\\"" ;;
unregistervm)
	# busy at first, as after a real poweroff
	[ -e "$FAKE_FOLDER/asked" ] || { touch "$FAKE_FOLDER/asked"; exit 1; } ;;
esac
"""


@log_cases
def test_serial_verdict(tmp_path: Path, status: int, log: str) -> None:
    (tmp_path / "log").write_text(log)
    done = subprocess.run([SCRIPTS / "serial-verdict", tmp_path / "log"], capture_output=True)
    assert (done.returncode, done.stderr) == (status, b"")


class Vbox:
    """One run of scripts/vbox in a folder of its own."""

    def __init__(self, folder: Path, log: str = "", **variables: str) -> None:
        out = folder / "out"
        out.mkdir()
        (folder / "test.iso").touch()
        (folder / "log").write_text(log)
        fake = folder / "bin/VBoxManage"
        fake.parent.mkdir()
        fake.write_text(FAKE)
        fake.chmod(0o755)
        (fake.parent / "sleep").symlink_to("/bin/true")  # nothing here takes time
        environment = {
            "PATH": f"{fake.parent}:{os.environ['PATH']}",
            "FAKE_FOLDER": str(folder),
            "FAKE_STATE": "running",
            "VBOX_TIMEOUT": "1",
            **variables,
        }
        done = subprocess.run(
            [SCRIPTS / "vbox", folder / "test.iso", out],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.status, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr
        commands = folder / "commands"
        self.commands = commands.read_text().splitlines() if commands.exists() else []

    def verbs(self) -> list[str]:
        return [line.split()[0] for line in self.commands]

    def is_cleaned_up(self) -> bool:
        return "poweroff" in self.commands[-3] and self.verbs()[-2:] == ["unregistervm"] * 2


@log_cases
def test_status_is_the_kernels_result(tmp_path: Path, status: int, log: str) -> None:
    run = Vbox(tmp_path, log)
    assert run.status == status, run.stderr
    assert log.rstrip() in run.stdout.replace("\r", "") or "\r" in log
    assert run.is_cleaned_up(), run.commands


def test_machine_that_stops_ends_the_wait(tmp_path: Path) -> None:
    run = Vbox(tmp_path, "KTAP version 1\n", FAKE_STATE="gurumeditation", VBOX_TIMEOUT="50")
    assert run.status == NO_RESULT
    assert "gurumeditation" in run.stdout
    assert "no result after" not in run.stderr
    assert run.is_cleaned_up(), run.commands


def test_wait_is_bounded(tmp_path: Path) -> None:
    run = Vbox(tmp_path, "KTAP version 1\n", VBOX_TIMEOUT="3")
    assert (run.status, run.verbs().count("showvminfo")) == (NO_RESULT, 3 + 1)
    assert "no result after 3 s" in run.stderr
    assert run.is_cleaned_up(), run.commands


@pytest.mark.parametrize("verb", ["modifyvm", "storagectl", "storageattach", "startvm"])
def test_failing_command_cleans_up(tmp_path: Path, verb: str) -> None:
    run = Vbox(tmp_path, FAKE_FAIL=verb)
    assert run.status == NO_RESULT
    assert f"VBoxManage {verb} failed" in run.stderr
    assert run.is_cleaned_up(), run.commands


def test_machine_that_was_not_created_is_not_removed(tmp_path: Path) -> None:
    run = Vbox(tmp_path, FAKE_FAIL="createvm")
    assert (run.status, run.verbs()) == (NO_RESULT, ["createvm"])


def test_without_virtualbox(tmp_path: Path) -> None:
    run = Vbox(tmp_path, VBOXMANAGE="VBoxManage-is-not-here")
    assert (run.status, run.commands) == (NO_RESULT, [])
    assert "is VirtualBox installed?" in run.stderr


def test_firmware_must_be_known(tmp_path: Path) -> None:
    run = Vbox(tmp_path, FIRMWARE="coreboot")
    assert (run.status, run.commands) == (NO_RESULT, [])


@pytest.mark.parametrize("firmware", ["bios", "efi"])
def test_dry_run_prints_what_a_run_does(tmp_path: Path, firmware: str) -> None:
    (tmp_path / "dry").mkdir()
    (tmp_path / "real").mkdir()
    dry = Vbox(tmp_path / "dry", DRYRUN="1", FIRMWARE=firmware)
    real = Vbox(tmp_path / "real", LOGS["passed"][1], FIRMWARE=firmware)
    assert (dry.status, dry.commands) == (0, [])

    def normal(lines: list[str], folder: Path) -> list[str]:
        """Each different command once, without the names that differ from run to run."""
        words = [" ".join(line.removeprefix("VBoxManage ").replace("'", "").split()) for line in lines]
        name = next(w.split()[2] for w in words if w.startswith("createvm"))
        return list(dict.fromkeys(w.replace(name, "NAME").replace(str(folder), "DIR") for w in words))

    printed = normal(dry.stdout.splitlines(), tmp_path / "dry")
    assert printed == normal(real.commands, tmp_path / "real")
    assert f"--firmware {firmware} " in printed[1]
    assert "--uart1 0x3F8 4 --uart-mode1 file DIR/out/vbox-serial.log" in printed[1]
