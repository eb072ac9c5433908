# SPDX-License-Identifier: MIT
"""A clone has the bytes that were committed, also where git is set to write CRLF, as on Windows."""

import shutil
import subprocess
from pathlib import Path

from harness.build import TOP


def git(*arguments: object) -> str:
    command = ["git", "-c", "user.name=test", "-c", "user.email=test@localhost", *map(str, arguments)]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def test_clone_with_crlf(folder: Path) -> None:
    """Of the tree as it is now, in a repository of its own."""
    listed = git("-C", TOP, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    names = [name for name in listed if (TOP / name).is_file()]
    committed, clone = folder / "committed", folder / "clone"
    for path in (committed, clone):
        shutil.rmtree(path, ignore_errors=True)
    for name in names:
        (committed / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(TOP / name, committed / name, follow_symlinks=False)
    git("init", "-q", committed)
    git("-C", committed, "-c", "core.autocrlf=false", "add", "--force", ".")
    git("-C", committed, "commit", "-q", "-m", "all")
    git("-c", "core.autocrlf=true", "clone", "-q", committed, clone)
    assert [name for name in names if (TOP / name).read_bytes() != (clone / name).read_bytes()] == []

    # What git takes for binary is said to be: a guess goes by the contents.
    attributes = git("-C", clone, "ls-files", "--eol").splitlines()
    assert [line for line in attributes if "i/-text" in line and "attr/-text" not in line] == []
    assert any("i/-text" in line for line in attributes)
