# SPDX-License-Identifier: MIT
"""What is missing is named, with what to do about it; and nothing else is said."""

import os
import subprocess
from pathlib import Path

import pytest

from harness.build import TOP

SETUP = "scripts/setup installs what is missing"


def fails(*command: object, **env: str) -> str:
    """Runs what must fail; what it printed."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=TOP,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | env,
    )
    assert done.returncode, done.stdout
    return done.stdout


@pytest.mark.parametrize("script, variable", [("qemu", "QEMU"), ("bochs", "BOCHS")])
def test_emulator(folder: Path, script: str, variable: str) -> None:
    said = fails(f"scripts/{script}", "an.iso", folder, **{variable: "no-such-emulator"})
    assert said == f"{script}: no no-such-emulator here: {SETUP}\n"


def test_firmware(folder: Path) -> None:
    def said(**env: str) -> str:
        return fails("scripts/qemu", "an.iso", folder, UEFI="1", QEMU="true", **env)

    (folder / "firmware.fd").touch()
    (folder / "CODE.fd").touch()
    assert said(OVMF_CODE="/nope") == "qemu: there is no OVMF_CODE=/nope\n"
    assert f"no CODE in the name {folder}/firmware.fd," in said(OVMF_CODE=f"{folder}/firmware.fd")
    assert f"no variables {folder}/VARS.fd" in said(OVMF_CODE=f"{folder}/CODE.fd")


def programs() -> list[str]:
    return sorted(path.name for path in (TOP / "scripts/missing").iterdir())


def test_programs_of_the_build(folder: Path) -> None:
    """With all that there is, but these."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for path in os.environ["PATH"].split(":"):
        for tool in Path(path).glob("*"):
            link = tools / tool.name
            if tool.name not in programs() and not link.is_symlink():
                link.symlink_to(tool)
    said = fails("make", f"O={folder}/build", "defconfig", PATH=str(tools))
    assert f"kconfig-conf is not installed: {SETUP}\n" in said
    assert "not found" not in said
    (folder / "kconfiglib.py").write_text("raise ImportError\n")
    said = fails("make", f"O={folder}/build", "defconfig", PYTHONPATH=str(folder))
    assert f"no python3 with kconfiglib here: {SETUP}" in said
    for name in programs():
        said = fails(TOP / "scripts/missing" / name)
        assert said == f"{name} is not installed: {SETUP}\n"
