# SPDX-License-Identifier: MIT
"""`make bench`: runs everything, prints one report, leaves build/bench/*.json and an HTML report."""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.report import abilities, answer, growth, host, kernel, page, pictures, sources
from bench.report.log import BenchFailed
from bench.report.rows import Ring, Row
from bench.report.tables import as_text
from harness.build import TOP, BuildError, Builder

RINGS = ("claims", "growth", "kernel", "host")
QUICK_SIZES = (1_000, 10_000, 100_000, 1_000_000)
SIZES = (*QUICK_SIZES, 10_000_000)
REPEATS = {True: 5, False: 25}
TICK_SECONDS = 5
HOST_RUNS = 4


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--builds", type=Path, default=TOP / "build/check")
    parser.add_argument("--out", type=Path, default=TOP / "build/bench", help="the JSON's folder")
    parser.add_argument("--report", type=Path, default=TOP / "build/report", help="the HTML's folder")
    parser.add_argument("--quick", action="store_true", help="less repeats, no 10^7 mappings")
    parser.add_argument("--log", type=Path, help="the serial log of the boot entry bench")
    parser.add_argument("--answer", action="store_true", help="put the figures into docs/answer.md")
    parser.add_argument("--answer-host", action="store_true", help="the wall-clock figures too, of this machine")
    parser.add_argument("--rings", nargs="*", choices=RINGS, default=RINGS)
    return parser.parse_args(arguments)


class Run:
    """One run: where things go, and what was measured so far."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.builder = Builder(options.builds.resolve())
        self.out: Path = options.out.resolve()
        self.out.mkdir(parents=True, exist_ok=True)
        self.started = self.ticked = time.monotonic()
        self.rings: list[Ring] = []

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:4.0f} s] {text}", file=sys.stderr, flush=True)

    def tick(self, text: str) -> None:
        """Progress within a step, now and then."""
        if time.monotonic() - self.ticked >= TICK_SECONDS:
            self.ticked = time.monotonic()
            self.say(f"  {text}")

    def step(self, text: str, measure: Callable[[], Ring]) -> None:
        self.say(text)
        self.ticked = time.monotonic()
        ring = measure()
        ring.write(self.out)
        self.rings.append(ring)

    def ring(self, file: str) -> Ring | None:
        return next((ring for ring in self.rings if ring.file == file), None)

    def claims(self) -> Ring:
        rows = abilities.with_generic(host.read_rows(host.run_program(self.builder, self.out, "claims")))
        note = "counted on the host, in a machine of 16 GiB whose tables are scattered over it: exact"
        return Ring("claims", "The claims of the argument", note, rows)

    def growth(self) -> Ring:
        program = self.builder.target(kernel.GCC_DEFAULT, "bench/work")
        sizes = QUICK_SIZES if self.options.quick else SIZES
        jobs = [(method, pages) for pages in sizes for method in growth.METHODS]
        setups = [(pages, ram) for ram in growth.RAM for pages in ("1g", "2m")]
        rows: list[Row] = []
        with ThreadPoolExecutor(2) as pool:
            done = pool.map(lambda job: growth.count(program, self.out, *job), jobs)
            for (method, pages), counted in zip(jobs, done):
                self.tick(f"{method} among {pages:,} pages")
                rows += counted
            for counted in pool.map(lambda job: growth.count_setup(program, self.out, *job), setups):
                rows += counted
        rows += growth.count_small_setups(program, self.out)
        note = "callgrind, caches of 32 KiB and 8 MiB; recursive and temporary run over a software window"
        return Ring("growth", "Cost of an operation against the number of mappings", note, rows)

    def kernel(self) -> None:
        self.say(f"in the kernel under -icount: {', '.join(kernel.MACHINES)}")
        folder = self.out / "logs"
        with ThreadPoolExecutor(2) as pool:
            boot = lambda file: kernel.boot(self.builder, folder / file, file)  # noqa: E731
            for ring in pool.map(boot, kernel.MACHINES):
                ring.write(self.out)
                self.rings.append(ring)

    def host(self) -> None:
        repeats = REPEATS[self.options.quick]
        for name, title in (("mappers", "The mapper, on the host"), ("frames", "The frame allocator, on the host")):
            self.step(title, lambda: host.measure(self.builder, self.out, name, title, repeats, self.tick))
        for levels in (4, 5):
            title = f"the same work by every method, on the host, {levels} levels"
            self.step(title, lambda: host.measure_methods(self.builder, self.out, levels, repeats, self.tick))

    def measure(self) -> None:
        rings = self.options.rings
        self.step("counting lines of code and rules", sources.count)
        self.step("writing down what each cannot do", abilities.ring)
        if "claims" in rings:
            self.step("counting what the argument claims", self.claims)
        if "growth" in rings:
            self.step("counting under callgrind", self.growth)
        if "kernel" in rings:
            self.kernel()
        if "host" in rings:
            self.host()
        if self.options.log:
            self.step(f"reading {self.options.log}", lambda: kernel.read_log(self.options.log))

    def answer_host(self) -> None:
        """The wall-clock figures of the document, measured several times with all repeats."""
        runs = []
        for turn in range(HOST_RUNS):
            self.say(f"times for the document, {turn + 1} of {HOST_RUNS}")
            runs.append(host.measure_methods(self.builder, self.out, 4, REPEATS[False], self.tick).rows)
        machine = f"{processor()}, {os.cpu_count()} virtual CPUs"
        committed = answer.host_json(host.quietest(runs), machine, compiler())
        (TOP / "docs/answer-host.json").write_text(committed)
        document = TOP / "docs/answer.md"
        document.write_text(answer.with_times(document.read_text(), committed))

    def finish(self) -> None:
        self.say("drawing")
        about = f"Mercator {version()}, {compiler()}, on {processor()}."
        self.options.report.mkdir(parents=True, exist_ok=True)
        target = self.options.report / "index.html"
        target.write_text(page.report(about, pictures.draw(self.rings), self.rings))
        if self.options.answer:
            for document in (TOP / name for name in answer.DOCUMENTS):
                document.write_text(answer.filled_in(document.read_text(), self.rings))
        if self.options.answer_host:
            self.answer_host()
        print("\n\n".join([about, *map(as_text, self.rings)]))
        print(f"\n{target}\n{self.out}/*.json")


def output(*command: str) -> str:
    done = subprocess.run(command, cwd=TOP, text=True, capture_output=True)
    return done.stdout.strip() or "unknown"


def version() -> str:
    return output("git", "describe", "--always", "--dirty")


def compiler() -> str:
    return output("gcc", "--version").splitlines()[0]


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), "unknown")


def main() -> int:
    run = Run(options(sys.argv[1:]))
    try:
        run.measure()
    except (BuildError, BenchFailed, OSError, subprocess.CalledProcessError) as error:
        print(f"make bench: {error}", file=sys.stderr)
        return 1
    run.finish()
    return 0


if __name__ == "__main__":
    sys.exit(main())
