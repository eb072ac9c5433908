# SPDX-License-Identifier: MIT
"""What the documents show is what the tree does."""

import re
import subprocess
from pathlib import Path

from harness.build import TOP, config_names, run_make

C_BLOCK = re.compile(r"^```c\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^/\* example: \w+ \*/\n(.*?)^/\* end \*/$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")


def test_examples_in_paging_md_are_the_tested_ones() -> None:
    shown = C_BLOCK.findall((TOP / "docs/paging.md").read_text())
    tested = EXAMPLE.findall((TOP / "tests/kernel/example_test.c").read_text())
    assert shown == tested
    assert shown


def test_links_lead_to_files() -> None:
    documents = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=TOP, check=True, capture_output=True, text=True
    ).stdout.split()
    broken = [
        f"{name}: {target}"
        for name in documents
        for target in LINK.findall((TOP / name).read_text())
        if not (TOP / name).parent.joinpath(target).exists()
    ]
    assert not broken


def test_hostlib_example(tmp_path: Path) -> None:
    """Whatever the kernel's configuration is, and with the debug checks."""
    for config in config_names():
        run_make(f"O={tmp_path}", config)
        printed = run_make("-s", f"O={tmp_path}", "hostlib")
        assert "map: ok, with 4 tables" in printed, config
        assert "map again: ERR_EXISTS at 40000000" in printed, config
    printed = run_make("-s", f"O={tmp_path}", "hostlib", "HOSTLIB_CONFIG=configs/debug_defconfig")
    assert "map again: ERR_EXISTS at 40000000" in printed
