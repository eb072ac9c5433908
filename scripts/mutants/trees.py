# SPDX-License-Identifier: MIT
"""Builds: each program once as make builds it, and for a mutant only what includes the changed file."""

import shlex
import shutil
import subprocess
import threading
from dataclasses import dataclass, field
from os.path import normpath
from pathlib import Path

from . import process

BUILD_SECONDS = 1800
# What a caller's make has in its environment is not ours.
MAKE_VARIABLES = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "O", "V", "LLVM", "CMDLINE")
# A mutant may leave things unused and set for nothing; but types that do not fit are no mutant.
WARNINGS = ["int-conversion", "incompatible-pointer-types", "implicit-function-declaration", "discarded-qualifiers"]


class BuildError(Exception):
    """What make or a compiler said."""


class NotBuilt(BuildError):
    """A mutant that does not compile."""


def run_make(base: Path, *arguments: str) -> str:
    clean = [word for name in MAKE_VARIABLES for word in ("-u", name)]
    return execute(["env", *clean, "make", *arguments], base)


def copy_tree(top: Path, to: Path) -> None:
    """The sources as they are now; what is the same there already keeps its time, for make."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=top, check=True, capture_output=True, text=True).stdout.split("\0")
    wanted = {name for name in names if name and (top / name).is_file()}
    for path in [p for p in to.rglob("*") if p.is_file() and str(p.relative_to(to)) not in wanted]:
        path.unlink()
    for name in wanted:
        contents = (top / name).read_bytes()
        if not (to / name).is_file() or (to / name).read_bytes() != contents:
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(top / name, to / name)


@dataclass(frozen=True)
class Unit:
    """One object of a program."""

    source: str
    object: Path
    command: tuple[str, ...]  # without debug information, warnings and what it writes to


@dataclass
class Program:
    """A program that make builds, and how."""

    name: str
    path: Path
    units: list[Unit]
    link: list[str]
    base: Path
    includes: dict[str, list[Unit]] = field(default_factory=dict)  # a file: the objects made of it
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        for unit in self.units:
            lines = Path(f"{unit.object}.d").read_text().splitlines()
            for name in {normpath(line.partition(": ")[2]) for line in lines if ": " in line}:
                self.includes.setdefault(name, []).append(unit)

    def reference(self, unit: Unit) -> bytes:
        """The object of the unbroken source, compiled as mutants are."""
        path = unit.object.with_suffix(".reference")
        with self.lock:
            if not path.is_file() or path.stat().st_mtime < unit.object.stat().st_mtime:
                compile_unit(unit, self.base, path)
            return path.read_bytes()

    def build(self, tree: Path, changed: list[str], folder: Path) -> Path | None:
        """The program of a tree in which these files are changed; None if its code is the same."""
        folder.mkdir(parents=True, exist_ok=True)
        made: dict[str, str] = {}
        units = {unit.object: unit for name in changed for unit in self.includes.get(name, [])}
        for number, unit in enumerate(units.values()):
            path = folder / f"{number}.o"
            try:
                compile_unit(unit, tree, path)
            except BuildError as error:
                raise NotBuilt(str(error)) from None
            if path.read_bytes() != self.reference(unit):
                made[str(unit.object)] = str(path)
        if not made:
            return None
        program = folder / "program"
        command = [str(program) if word == f"{self.path}.new" else made.get(word, word) for word in self.link]
        execute(command, tree)
        return program


def compile_unit(unit: Unit, tree: Path, path: Path) -> None:
    execute([*unit.command, "-o", f"{path}.new"], tree)
    Path(f"{path}.new").rename(path)


def execute(command: list[str], tree: Path) -> str:
    """Runs a compiler or a make; returns what it printed."""
    said: list[str] = []

    def note(line: str) -> bool:
        said.append(line)
        return True

    result = process.run(command, BUILD_SECONDS, note, tree)
    if result.status:
        raise BuildError(f"{' '.join(command)}:\n{''.join(said)}")
    return "".join(said)


def unit_of(words: list[str]) -> Unit:
    """From make's command: COMPILER FLAGS -MMD -MP -MT x -MF x -c -o OBJECT.new SOURCE."""
    written = words.index("-o") + 1
    kept = [w for w in words[: words.index("-MMD")] if w != "-g" and not w.startswith("-W")]
    path = Path(words[written].removesuffix(".new"))
    flags = [f"-Werror={name}" for name in WARNINGS]
    return Unit(words[-1], path, (*kept, *flags, "-c", words[-1]))


def make_program(base: Path, out: Path, name: str, *arguments: str) -> Program:
    """Builds a program, and learns from make what to run for a mutant of it."""
    goal = [*arguments, "V=1", "-n"]
    plan = out.with_name(f"{out.name}.plan")
    shutil.rmtree(plan, ignore_errors=True)
    if (out / ".config").is_file():
        plan.mkdir()
        shutil.copy(out / ".config", plan)
    said = run_make(base, *goal, f"O={plan}", f"{plan}/{name}").replace(str(plan), str(out))
    shutil.rmtree(plan, ignore_errors=True)
    units, link = [], []
    for line in said.splitlines():
        words = shlex.split(line.split(" && ")[0]) if f"-o {out}" in line else []
        if "-MMD" in words and "-c" in words:
            units.append(unit_of(words))
        elif f"{out / name}.new" in words:
            link = words
    run_make(base, *arguments, "-j2", f"O={out}", f"{out}/{name}")
    return Program(name, out / name, units, link, base)
