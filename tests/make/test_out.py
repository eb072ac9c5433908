# SPDX-License-Identifier: MIT
"""Where a build goes, and what may be removed there. All in copies, and what removes only with -n."""

import shutil
import subprocess
from pathlib import Path

import pytest

from harness.build import TOP, BuildError, config_names, run_make


@pytest.fixture
def tree(folder: Path) -> Path:
    """A copy of the sources, two folders down, without history."""
    path = folder / "copy/tree"
    shutil.rmtree(path.parent, ignore_errors=True)
    names = subprocess.run(
        ["git", "-C", TOP, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        if (TOP / name).is_file():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, path / name)
    return path


def removed(tree: Path, *arguments: str) -> list[str]:
    """What a make would remove."""
    lines = run_make("-n", *arguments, top=tree).splitlines()
    return [word for line in lines if line.startswith("rm ") for word in line.split()[2:]]


REFUSED = {"": "empty", ".": "the sources", "./": "the sources", "..": "the sources"}
REFUSED |= {"mm/..": "the sources", "nowhere/..": "the sources", "/": "the sources"}
REFUSED |= {"a b": "blanks", "a'b": "blanks"}


@pytest.mark.parametrize("goal", ["distclean", "help"])
@pytest.mark.parametrize("out", REFUSED)
def test_refuses_such_a_folder(tree: Path, out: str, goal: str) -> None:
    with pytest.raises(BuildError, match=rf"\*\*\* O is .*{REFUSED[out]}.*\.  Stop"):
        run_make("-n", goal, f"O={out}", top=tree)
    with pytest.raises(BuildError, match=rf"\*\*\* O is .*{REFUSED[out]}.*\.  Stop"):
        run_make("-n", goal, top=tree, env={"O": out})


def test_refuses_a_tree_below_a_blank(tree: Path) -> None:
    blank = tree.with_name("a tree")
    tree.rename(blank)
    with pytest.raises(BuildError, match="the path of this folder is .*blanks") as error:
        run_make("-n", "all", top=blank)
    assert "not found" not in str(error.value) and "No such" not in str(error.value)


@pytest.mark.parametrize("out", ["build", "another/folder", "../beside"])
def test_removes_what_it_built(tree: Path, out: str) -> None:
    folder = tree / out
    assert removed(tree, "clean", f"O={out}") == []
    run_make("defconfig", f"O={out}", top=tree)
    assert removed(tree, "clean", f"O={out}") == [f"{out}/include"]
    assert removed(tree, "distclean", f"O={out}") == [out]
    assert (folder / ".config").is_file()


@pytest.mark.parametrize("out", ["mm", "tests/make", "../mine", ".git"])
def test_removes_nothing_of_others(tree: Path, out: str) -> None:
    (tree / out).mkdir(exist_ok=True, parents=True)
    (tree / out / "mine").write_text("mine")
    for goals in (["clean"], ["distclean"], ["clean", "defconfig"]):
        with pytest.raises(BuildError, match="so nothing is removed from it"):
            removed(tree, *goals, f"O={out}")
    run_make("defconfig", f"O={out}", top=tree)
    with pytest.raises(BuildError, match="so nothing is removed from it"):
        removed(tree, "distclean", f"O={out}")


def test_unknown_configuration(tree: Path) -> None:
    with pytest.raises(BuildError, match="no configs/foo_defconfig; there are: ") as error:
        run_make("foo_defconfig", top=tree)
    assert all(name in str(error.value) for name in config_names())
