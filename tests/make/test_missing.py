# SPDX-License-Identifier: MIT
"""What is missing is named, with what to do about it; and nothing else is said."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.build import TOP

SETUP = "scripts/setup installs what is missing"


def run(*command: object, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=TOP,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | env,
    )


def fails(*command: object, **env: str) -> str:
    """Runs what must fail; what it printed."""
    done = run(*command, **env)
    assert done.returncode, done.stdout
    return done.stdout


def succeeds(*command: object, **env: str) -> str:
    done = run(*command, **env)
    assert not done.returncode, done.stdout
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


def tools_but(folder: Path, missing: list[str]) -> Path:
    """A folder with all programs that there are, but these."""
    tools = folder / "tools"
    shutil.rmtree(tools, ignore_errors=True)
    tools.mkdir()
    for path in os.environ["PATH"].split(":"):
        for tool in Path(path).glob("*"):
            link = tools / tool.name
            if tool.name not in missing and not link.is_symlink():
                link.symlink_to(tool)
    return tools


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_programs_of_the_build(folder: Path) -> None:
    tools = tools_but(folder, programs())
    said = fails("make", f"O={folder}/build", "defconfig", PATH=str(tools))
    assert f"kconfig-conf is not installed: {SETUP}\n" in said
    assert "not found" not in said
    (folder / "kconfiglib.py").write_text("raise ImportError\n")
    said = fails("make", f"O={folder}/build", "defconfig", PYTHONPATH=str(folder))
    assert f"no python3 with kconfiglib here: {SETUP}" in said
    for name in programs():
        said = fails(TOP / "scripts/missing" / name)
        assert said == f"{name} is not installed: {SETUP}\n"


def test_either_name_of_grubs_tools(folder: Path) -> None:
    """And that one is not there is no answer: a kernel of nothing is linked, and asked about."""
    tools = tools_but(folder, ["grub-file", "grub-mkrescue", "grub2-file", "grub2-mkrescue"])
    linker = script(folder / "linker", 'while [ $# -gt 1 ] && [ "$1" != -o ]; do shift; done; [ $# = 1 ] || echo >"$2"')
    out = folder / "build"
    kernel = ["make", f"O={out}", f"LD={linker}", "kernel_objects=", f"{out}/mercator.elf"]
    shutil.rmtree(out, ignore_errors=True)

    said = fails(*kernel, PATH=str(tools))
    assert f"grub-file is not installed: {SETUP}\n" in said and "is not Multiboot2" not in said
    said = fails(*kernel, "GRUB_FILE=false", PATH=str(tools))
    assert f"{out}/mercator.elf is not Multiboot2\n" in said

    def chosen(*variables: str) -> str:
        show = ["--eval", "show: ; @echo $(GRUB_FILE) $(GRUB_MKRESCUE)", "show"]
        return succeeds("make", "-s", f"O={out}", *show, *variables, PATH=str(tools))

    assert chosen() == "grub-file grub-mkrescue\n"
    for name in ("grub2-file", "grub2-mkrescue"):
        script(tools / name, "exit 0")
    assert chosen() == "grub2-file grub2-mkrescue\n"
    succeeds(*kernel, PATH=str(tools))
    assert chosen("GRUB_MKRESCUE=mine") == "grub2-file mine\n"
    for name in ("grub-file", "grub-mkrescue"):
        script(tools / name, "exit 0")
    assert chosen() == "grub-file grub-mkrescue\n"
