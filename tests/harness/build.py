# SPDX-License-Identifier: MIT
"""Builds: each (compiler, configuration) has its own output folder, made by the ordinary make.

Make decides what is up to date. A lock per folder lets parallel workers ask for the same build. A new
folder starts as a copy of the default configuration's objects: make then compiles what differs.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
COMPILERS = {"gcc": "0", "clang": "1"}  # the value of LLVM=
RANDOM = "random-"  # "random-7" is `make randconfig` with KCONFIG_SEED=7

# What a make of ours must not take over from the make that started us.
MAKE_VARIABLES = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "O", "CMDLINE", "LLVM", "KCFLAGS", "ISO", "MODULES")


class BuildError(Exception):
    """A make failed; the text is what it printed."""


def config_names() -> list[str]:
    """Every file in configs/, as its make goal."""
    return sorted(path.name for path in (TOP / "configs").iterdir())


def run_make(*arguments: str, top: Path = TOP, env: dict[str, str] | None = None) -> str:
    """Runs make and returns what it printed."""
    environment = {k: v for k, v in os.environ.items() if k not in MAKE_VARIABLES} | (env or {})
    command = ["make", "-C", str(top), "-j2", *arguments]
    done = subprocess.run(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        raise BuildError(f"$ {' '.join(command)}\n{done.stdout}")
    return done.stdout


@contextmanager
def locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class Iso:
    """One ISO of a build: what GRUB is told."""

    name: str
    cmdline: str
    gfxpayload: str = ""
    grub_timeout: int = 0
    modules: tuple[int, ...] = ()  # their sizes, all different


@dataclass(frozen=True)
class Build:
    """One compiler and configuration."""

    compiler: str
    config: str
    options: tuple[str, ...] = ()  # set in addition, such as "DEBUG_CHECKS=y"
    flags: str = ""  # the compiler's, in addition

    def __str__(self) -> str:
        words = [self.compiler, self.config.removesuffix("_defconfig"), *self.options, self.flags]
        return " ".join(filter(None, words))


class Builder:
    """Makes builds below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.iso = cache(self._iso)
        self.config = cache(self._config)

    def out(self, build: Build) -> Path:
        return self.folder / str(build).replace(" ", "-").replace("=", "-")  # make takes no "="

    def make(self, build: Build, *arguments: str) -> str:
        variables = [f"LLVM={COMPILERS[build.compiler]}", f"KCFLAGS={build.flags}"]
        return run_make(f"O={self.out(build)}", *variables, *arguments)

    def start(self, build: Build) -> None:
        """Fills a new build folder with the objects of the default configuration."""
        shared = self.folder / f"objects-{build.compiler}"
        with locked(shared.with_suffix(".lock")):
            run_make(f"O={shared}", f"LLVM={COMPILERS[build.compiler]}", f"{shared}/mercator.elf")
            for name in ("include", "flags", "obj"):
                shutil.copytree(shared / name, self.out(build) / name)

    def _config(self, build: Build) -> dict[str, str]:
        """Configures a build; returns its options that are not off."""
        with locked(self.out(build).with_suffix(".lock")):
            if not self.out(build).exists() and not build.flags:
                self.start(build)
            if build.config.startswith(RANDOM):
                seed = build.config.removeprefix(RANDOM)
                run_make(f"O={self.out(build)}", "randconfig", env={"KCONFIG_SEED": seed})
            else:
                self.make(build, build.config)
            if build.options:
                with (self.out(build) / ".config").open("a") as file:
                    file.writelines(f"CONFIG_{option}\n" for option in build.options)
                self.make(build, "olddefconfig")
        lines = (self.out(build) / ".config").read_text().splitlines()
        return dict(line.removeprefix("CONFIG_").split("=", 1) for line in lines if "=" in line)

    def _iso(self, build: Build, iso: Iso) -> Path:
        self.config(build)
        with locked(self.out(build).with_suffix(".lock")):
            self.make(
                build,
                "iso",
                f"ISO={iso.name}",
                f"CMDLINE={iso.cmdline}",
                f"GFXPAYLOAD={iso.gfxpayload}",
                f"GRUB_TIMEOUT={iso.grub_timeout}",
                f"MODULES={' '.join(map(str, iso.modules))}",
            )
        return self.out(build) / f"{iso.name}.iso"

    def target(self, build: Build, name: str) -> Path:
        """Any file that make knows how to build, as its path below $(out)."""
        self.config(build)
        path = self.out(build) / name
        with locked(self.out(build).with_suffix(".lock")):
            self.make(build, str(path))
        return path

    def has(self, build: Build, option: str) -> bool:
        return self.config(build).get(option) == "y"
