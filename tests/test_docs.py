# SPDX-License-Identifier: MIT
"""What the documents show is what the tree does."""

import re
import subprocess
from pathlib import Path

from harness.build import TOP

C_BLOCK = re.compile(r"^```c\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^/\* example: \w+ \*/\n(.*?)^/\* end \*/$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")


def test_examples_in_paging_md_are_the_tested_ones() -> None:
    shown = C_BLOCK.findall((TOP / "docs/paging.md").read_text())
    tested = EXAMPLE.findall((TOP / "tests/mm/example_test.c").read_text())
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
