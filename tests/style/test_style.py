# SPDX-License-Identifier: MIT
"""What the sources look like: formatting, licence lines, shell scripts, Kconfig."""

import re
import subprocess
from pathlib import Path

import pytest

from harness.build import TOP


def tracked(*patterns: str) -> list[Path]:
    done = subprocess.run(
        ["git", "-C", str(TOP), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        + ["--", *patterns],
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    return [TOP / name for name in sorted(set(done.stdout.split("\0"))) if (TOP / name).is_file()]


def text_files() -> list[Path]:
    """Everything that people wrote: test data is as it came."""
    data = (TOP / "tests/data", TOP / "tests/fuzz/corpus")
    files = [path for path in tracked() if not any(map(path.is_relative_to, data))]
    return [path for path in files if is_text(path) and path.name != "LICENSE"]


def is_text(path: Path) -> bool:
    try:
        return "\0" not in path.read_text()
    except UnicodeDecodeError:
        return False


def first_line(path: Path) -> str:
    return path.read_text().partition("\n")[0]


def shell_scripts() -> list[Path]:
    return [p for p in text_files() if re.match(r"#!.*\b(sh|bash)\b", first_line(p))]


def run(*command: object) -> None:
    done = subprocess.run(
        [str(word) for word in command],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=TOP,
    )
    if done.returncode:
        pytest.fail(done.stdout[-5000:], pytrace=False)


def test_clang_format() -> None:
    run("clang-format", "--dry-run", "--Werror", *tracked("*.c", "*.h"))


def test_shellcheck() -> None:
    run("shellcheck", *shell_scripts())


SPDX = re.compile(r"^(#!.*\n)?(/\*|;|#|//|<!--) SPDX-License-Identifier: MIT\b")
SOURCES = ["*.c", "*.h", "*.S", "*.asm", "*.inc", "*.mk", "*.py", "*.cfg.in"]
SOURCES += ["*Kconfig", "GNUmakefile"]


def test_spdx() -> None:
    sources = [p for p in {*tracked(*SOURCES), *shell_scripts()} if p.stat().st_size]
    assert [str(p) for p in sources if not SPDX.match(p.read_text())] == []


# .editorconfig, as far as it can be checked line by line. These are indented by tabs.
TABS = {".c", ".h", ".asm", ".S", ".mk"}


def layout_errors(path: Path, text: str) -> list[str]:
    errors = []
    if "\r" in text:
        errors.append("has carriage returns")
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        errors.append("does not end in exactly one newline")
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip():
            errors.append(f"{number}: blanks at the end")
        if path.suffix in TABS and re.match(r" {8,}[^ \\]", line):
            errors.append(f"{number}: indented by spaces")
    return [f"{path}: {error}" for error in errors]


def test_editorconfig() -> None:
    files = [(path.relative_to(TOP), path.read_text()) for path in text_files()]
    assert [error for path, text in files for error in layout_errors(path, text)] == []


def test_editorconfig_check_itself() -> None:
    path = Path("a.c")
    assert layout_errors(path, "int a;\n\tint b;\n") == []
    for text in ("a", "a\n\n", "a \n", "a\r\n", "        a;\n"):
        assert layout_errors(path, text), repr(text)


OPTION = re.compile(r"^config (\w+)\n((?:(?:[ \t].*)?\n)*)", re.M)


def kconfig_options() -> dict[str, str]:
    options: dict[str, str] = {}
    for path in tracked("*Kconfig"):
        options |= dict(OPTION.findall(path.read_text()))
    assert options
    return options


def test_every_option_has_help() -> None:
    """All but those that nobody sees (no prompt)."""
    shown = {n: text for n, text in kconfig_options().items() if '"' in text.split("help")[0]}
    assert [n for n, text in shown.items() if not re.search(r"^\s+help\n\s+\S", text, re.M)] == []


def test_every_option_is_read() -> None:
    """By C, NASM or make; or by another option, if nobody sees it."""
    files = tracked("*.c", "*.h", "*.asm", "*.inc", "*.S", "*.mk", "GNUmakefile")
    read = set(re.findall(r"CONFIG_(\w+)", "\n".join(path.read_text() for path in files)))
    kconfig = "\n".join(path.read_text() for path in tracked("*Kconfig"))
    read |= set(re.findall(r"(?:depends on|default|\bif) !?(\w+)", kconfig))
    assert [name for name in kconfig_options() if name not in read] == []
