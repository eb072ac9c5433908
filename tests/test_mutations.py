# SPDX-License-Identifier: MIT
"""scripts/mutate: what its operators make, what its judges say, that the lists fit; with --full, that each is caught."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.build import TOP, Builder

sys.path.append(str(TOP / "scripts"))
from mutants import process  # noqa: E402
from mutants.bench import Bench, Worker  # noqa: E402
from mutants.judge import Unsound  # noqa: E402
from mutants.listed import ListError, hunk_of, read_list  # noqa: E402
from mutants.operators import draw, mutants_of, pointer_members  # noqa: E402

SCRIPT = TOP / "scripts/mutate"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT, *arguments], text=True, capture_output=True, timeout=7200)


def test_the_lists_fit() -> None:
    done = run("--check")
    assert done.returncode == 0, done.stdout + done.stderr


def changed(body: str, operator: str, returns: str = "void") -> list[str]:
    """What an operator makes of a function's body: the bodies."""
    head = f"static inline {returns} f(struct s *p, unsigned int n)\n{{\n\t"
    text = f"{head}{body}\n}}\n"
    made = [m.apply(text) for m in mutants_of("a.c", text) if m.operator == operator]
    assert all(new.startswith(head) for new in made)
    return [new.removeprefix(head).removesuffix("\n}\n") for new in made]


OPERATORS = [
    ("boundary", "while (a < b)\n\t\tc = d >= e;", ["while (a <= b)\n\t\tc = d >= e;", "while (a < b)\n\t\tc = d > e;"]),
    ("negated", "if (a == b)\n\t\tgo();", ["if (a != b)\n\t\tgo();"]),
    ("negated", "if (!a)\n\t\tgo();", ["if (a)\n\t\tgo();"]),
    ("negated", "if (a)\n\t\tgo();", ["if (!(a))\n\t\tgo();"]),
    ("negated", "if (a && b)\n\t\tgo();", ["if (a || b)\n\t\tgo();"]),
    ("negated", "a = b + c ? d : e;", ["a = !(b + c) ? d : e;"]),
    ("one", "go(7);", ["go(6);", "go(8);"]),
    ("one", "go(UINT64_C(0x0ff));", ["go((UINT64_C(0x0ff)) + 1);", "go(UINT64_C(0x0fe));", "go(UINT64_C(0x100));"]),
    ("one", "n = a;\n\tp = b;", ["n = a + 1;\n\tp = b;"]),  # nothing is added to pointers
    ("dropped", "a |= b;", [";"]),
    ("dropped", "const int a = b;", []),
    ("dropped", "for_each_x (a)\n\t\tcontinue;", [";", "for_each_x (a)\n\t\t;"]),
    ("bit", "a = b | c & ~d;", ["a = b;", "a = c & ~d;", "a = b | c;", "a = b | ~d;"]),
    ("swapped", "go(a, b(1, c), a);", ["go(b(1, c), a, a);", "go(a, b(c, 1), a);", "go(a, a, b(1, c));"]),
    ("shift", "a = b << c >> d;", ["a = b >> c >> d;", "a = b << c << d;"]),
    ("return", "int a = b;\n\tgo();", ["int a = b;\n\treturn;"]),
    ("return", "if (a)\n\t\tgo();", ["return; if (a)\n\t\tgo();", "if (a)\n\t\treturn;"]),
]


@pytest.mark.parametrize("operator, body, wanted", OPERATORS)
def test_operators(operator: str, body: str, wanted: list[str]) -> None:
    assert sorted(changed(body, operator)) == sorted(wanted)


def test_what_an_early_return_returns() -> None:
    assert changed("return a;", "return", "int") == ["return 0;"]
    assert changed("return a;", "return", "bool") == ["return false;", "return true;"]
    assert changed("return a;", "return", "struct s") == ["return (struct s){ 0 };"]
    assert changed("return a;", "return", "mc_pt_entry_t *") == ["return (mc_pt_entry_t *){ 0 };"]


def test_macros_tables_and_comments() -> None:
    text = "#define A(x) \\\n\t((x) << 1) /* 2 */\nstatic const int t[2] = { 3 };\n#if 4\n#endif\n"
    made = {(m.region, m.new) for m in mutants_of("a.c", text)}
    assert made == {("A", ">>"), ("A", "0"), ("A", "2"), ("t", "2"), ("t", "4")}


def test_members_that_are_pointers() -> None:
    assert pointer_members(["struct s {\n\tint a, b;\n\tstruct s *next;\n\tint *const own;\n};\n"]) == {"next", "own"}


def test_fewer_are_the_first_of_more() -> None:
    mutants = mutants_of("a.c", "int f(int a)\n{\n\treturn a + 1 < 2 << 3;\n}\n")
    assert draw(mutants, 5, 3) == draw(mutants, 5, 100)[:3]
    assert sorted(draw(mutants, 5, 100), key=mutants.index) == mutants
    assert draw(mutants, 5, 100) != draw(mutants, 6, 100)


def test_an_entry_is_what_a_mutant_changes(tmp_path: Path) -> None:
    """As it is printed for a survivor, it is read; and with the same line twice, it says which."""
    text = "int f(int a)\n{\n\ta++;\n\tgo(1);\n\ta--;\n\tgo(1);\n\treturn a;\n}\n\nint g(int a)\n{\n\tgo(1);\n}\n"
    for mutant in mutants_of("a.c", text):
        path = tmp_path / "a.mut"
        path.write_text(f"file a.c\nequivalent: so\n{hunk_of(mutant, text)}")
        (entry,) = read_list(path)
        assert entry.apply(lambda _: text) == {"a.c": mutant.apply(text)}
        with pytest.raises(ListError):
            entry.apply(lambda _: text.replace("go", "come").replace("a", "b"))


# A tree whose make says and does what ours does.
MAKEFILE = """
V ?= 0
$(O)/host-tests: $(O)/a.o
\tgcc $(sanitize) -o $@.new $^ && mv $@.new $@
$(O)/a.o: mm/a.c
\t@mkdir -p $(O)
\tgcc -O1 -g -Wall $(sanitize) -MMD -MP -MT $@ -MF $@.d.new -c -o $@.new $<
\t@echo '$@: $<' >$@.d && mv $@.new $@
"""
PROGRAM = """
#include <stdio.h>
#include <string.h>

static int twice(int a)
{
\tif (0)
\t\treturn 5;
\tfor (int i = 0; i < 1; i++)
\t\ta *= 2;
\treturn a;
}

static volatile int two = 2;

int main(int argc, char **argv)
{
\tif (strcmp(argv[1], "other.*"))
\t\tprintf("  # Subtest: small\\n  %sok 1 doubles\\n", twice(two) == 4 ? "" : "not ");
\tif (strcmp(argv[1], "small.*"))
\t\tprintf("  # Subtest: other\\n  ok 1 nothing\\n  # Subtest: none\\n  ok 1 nothing # SKIP\\n");
\treturn argc != 2;
}
"""


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    tree = tmp_path / "tree"
    (tree / "mm").mkdir(parents=True)
    (tree / "GNUmakefile").write_text(MAKEFILE)
    (tree / "mm/a.c").write_text(PROGRAM)
    subprocess.run(["git", "init", "-q", tree], check=True)
    bench = Bench(tree, tmp_path / "out")
    bench.plans = [bench.host("quick", "host-tests")]
    return Worker(bench, 0)


VERDICTS = {
    "caught": ("a *= 2", "a *= 3"),
    "survived": ("return a;", "return a == 4 ? a : 1;"),
    "same code": ("return 5", "return 6"),
    "not built": ("return a;", "return b;"),
}


@pytest.mark.parametrize("kind", VERDICTS)
def test_verdicts(worker: Worker, kind: str) -> None:
    verdict = worker.judge({"mm/a.c": PROGRAM.replace(*VERDICTS[kind])})
    assert verdict.kind == kind, verdict
    assert verdict.says == ("small.doubles, host-tests (quick)" if kind == "caught" else verdict.says)
    assert (worker.tree / "mm/a.c").read_text() == PROGRAM


def test_only_suites_that_come_to_a_function_judge_it(worker: Worker) -> None:
    judge = next(worker.bench.judges())
    judge.measure()
    assert set(judge.times) == {"small", "other"}  # not the one of which all is skipped
    assert judge.reach
    (function,) = {m.function for m in mutants_of("mm/a.c", PROGRAM) if m.region == "twice"}
    lines = range(*(PROGRAM.count("\n", 0, at) + 1 for at in function))
    assert judge.order("mm/a.c", lines) == ["small"]
    assert set(judge.order("mm/a.c", None)) == {"small", "other"}


def test_what_hangs_is_caught_in_time(worker: Worker) -> None:
    started = time.monotonic()
    next(worker.bench.judges()).least_seconds = 2
    verdict = worker.judge({"mm/a.c": PROGRAM.replace("i < 1", "i < 2 || i > -9")})
    assert verdict.says == "ran too long in small, host-tests (quick)"
    assert time.monotonic() - started < 60


def test_a_tree_that_fails_judges_nothing(worker: Worker) -> None:
    (worker.bench.base / "mm/a.c").write_text(PROGRAM.replace("== 4", "== 5"))
    with pytest.raises(Unsound):
        worker.judge({"mm/a.c": PROGRAM.replace("a *= 2", "a += 3")})


def test_what_a_program_started_ends_with_it() -> None:
    script = "sleep 1000 & echo $!; exec sleep 1000"
    said: list[str] = []
    process.run(["sh", "-c", script], 60, lambda line: said.append(line) or False)
    assert becomes(False, int(said[0]))


def is_running(number: int) -> bool:
    try:
        return "sleep" in Path(f"/proc/{number}/cmdline").read_text()
    except OSError:
        return False


def becomes(running: bool, number: int) -> bool:
    """Soon: to start, and to die of a signal, takes its time."""
    for _ in range(100):
        if is_running(number) == running:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_a_program_ends_with_us(signal: str) -> None:
    """Whatever kills scripts/mutate."""
    code = "from mutants import process; process.run(['sh', '-c', 'echo $$; exec sleep 1000'], 600, lambda s: print(s, flush=True) or True)"
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=TOP / "scripts", stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert becomes(True, child)
    subprocess.run(["kill", f"-{signal}", str(parent.pid)], check=True)
    parent.wait()
    parent.stdout.close()
    assert becomes(False, child)


def test_mutations(builder: Builder, folder: Path, pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("full"):
        pytest.skip("takes minutes: with --full")
    done = run("--out", str(builder.folder / "mutate"), "-j", "2")
    (folder / "output.log").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
