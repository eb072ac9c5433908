# SPDX-License-Identifier: MIT
"""The code broken on purpose: that each mutation still finds its place; with --full, that each is caught."""

import subprocess
from pathlib import Path

import pytest

from harness.build import TOP, Builder

SCRIPT = TOP / "scripts/mutate"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT, *arguments], text=True, capture_output=True, timeout=3600)


def test_mutations_apply() -> None:
    done = run("--check")
    assert done.returncode == 0, done.stdout + done.stderr


# One of each verdict, so that the script itself is tested; all of them take minutes.
SOME = "merge-without-ps|batch-keeps-its-count|to-split-below-the-pt"


def test_mutations(builder: Builder, folder: Path, pytestconfig: pytest.Config) -> None:
    some = [] if pytestconfig.getoption("full") else ["-k", SOME]
    done = run("--out", str(builder.folder / "mutate"), *some)
    (folder / "output.log").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
