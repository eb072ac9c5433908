# SPDX-License-Identifier: MIT
"""Where mutants are judged: the programs, and a copy of the tree for each worker."""

import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .judge import Judge
from .reach import Reach
from .trees import NotBuilt, Program, copy_tree, make_program, run_make

# The host's programs without sanitizers, which makes them quick; and those that a sanitizer adds to.
QUICK = ["host-tests", "frame-debug-tests", "mapper-debug-tests", "frame-interrupt-tests", "frame-turns-tests"]
SANITIZED = ["mapper-tsan-tests", "frame-tsan-tests", "host-tests", "frame-debug-tests", "mapper-debug-tests"]
BOOTS = ["defconfig", "debug_defconfig"]
KERNEL_PASSED = 33  # QEMU's exit status

Command = Callable[[Path, str, Path], list[str]]


@dataclass(frozen=True)
class Verdict:
    """kind: caught, survived, same code (the compiler sees no difference), not built."""

    kind: str
    says: str = ""


class Bench:
    """All judges, in their order. Each is made when the first mutant comes to it: the later ones see few."""

    def __init__(self, top: Path, out: Path) -> None:
        self.top = top
        self.out = out
        self.base = out / "base"
        copy_tree(top, self.base)
        self.lock = threading.Lock()
        self.made: list[Judge] = []
        self.reach = cache(lambda: Reach(self.program("reach", "host-tests", "sanitize=--coverage", "warnings=-w")))
        self.plans = [self.host("quick", name, "sanitize=") for name in QUICK]
        self.plans += [self.host("sanitized", name) for name in SANITIZED]
        self.plans += [self.kernel(config) for config in BOOTS]

    def program(self, tree: str, name: str, *arguments: str) -> Program:
        return make_program(self.base, self.out / tree, name, *arguments)

    def host(self, tree: str, name: str, *arguments: str) -> Callable[[], Judge]:
        def make() -> Judge:
            program = self.program(tree, name, *arguments)
            # The others are compiled with options under which other functions are reached.
            reach = self.reach() if name == "host-tests" else None
            return Judge(f"{name} ({tree})", program, lambda path, glob, _: [str(path), glob], reach=reach)

        return make

    def kernel(self, config: str) -> Callable[[], Judge]:
        def make() -> Judge:
            out = self.out / config
            run_make(self.base, f"O={out}", config)
            run_make(self.base, f"O={out}", f"{out}/shim.bin")
            program = self.program(config, "mercator.elf")
            return Judge(f"boot of {config}", program, self.boot(out / "shim.bin"), KERNEL_PASSED, by_suite=False)

        return make

    def boot(self, shim: Path) -> Command:
        """As the tests boot a kernel without GRUB, but with standard output for a serial port."""
        sys.path.append(str(self.top / "tests"))
        from boot.shim import shim as loader

        info = loader.information(loader.cmdline_tag("selftest exit=isa-debug"), loader.memory_map_tag())

        def command(kernel: Path, _: str, folder: Path) -> list[str]:
            machine = loader.boot(folder, shim, kernel, info)
            words = [word.replace(f"file:{machine.serial_log}", "stdio") for word in machine.command]
            at = words.index("-qmp")
            return words[:at] + words[at + 2 :]

        return command

    def judges(self) -> Iterator[Judge]:
        for i, plan in enumerate(self.plans):
            with self.lock:
                if i == len(self.made):
                    self.made.append(plan())
            yield self.made[i]


class Worker:
    """Judges one mutant after another, in a copy of the tree."""

    def __init__(self, bench: Bench, number: int) -> None:
        self.bench = bench
        self.folder = bench.out / f"worker-{number}"
        self.tree = self.folder / "tree"
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(bench.base, self.tree)

    def judge(self, texts: dict[str, str], lines: range | None = None) -> Verdict:
        for path, text in texts.items():
            (self.tree / path).write_text(text)
        try:
            return self.ask_all(list(texts), lines)
        except NotBuilt as error:
            return Verdict("not built", str(error))
        finally:
            for path in texts:
                shutil.copy(self.bench.base / path, self.tree / path)

    def ask_all(self, paths: list[str], lines: range | None) -> Verdict:
        kind = "same code"
        for judge in self.bench.judges():
            program = judge.program.build(self.tree, paths, self.folder / "built")
            if not program:
                continue
            kind = "survived"
            failure = judge.judge(program, paths[0], lines, self.folder)
            if failure:
                return Verdict("caught", failure)
        return Verdict(kind)
