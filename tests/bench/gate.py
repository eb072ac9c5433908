# SPDX-License-Identifier: MIT
"""Instructions are a compiler's: figures are held to what they should be where it is the one that docs/answer.md
names, Debian 12's, and only told where it is another."""

import re

import pytest

from bench.report.answer import DOCUMENTS
from bench.report.kernel import GCC_DEFAULT
from harness.build import TOP, Builder
from harness.report import KTAP_COUNTS

VERSION = re.compile(r"\(.*?\) \S+")


def is_held(command: str, document: str) -> bool:
    """Of the compiler, with its version, that a build was made by."""
    version = VERSION.search(command)
    return version is not None and version[0] in " ".join(document.split())


def hold(request: pytest.FixtureRequest, builder: Builder, said: str, wrong: list[str]) -> None:
    """`said` is told in any case, and so is what is wrong."""
    command = (builder.out(GCC_DEFAULT) / "flags/kernel-cc").read_text()
    held = is_held(command, (TOP / DOCUMENTS[0]).read_text())
    if wrong and not held:
        said = "; ".join([said, "not held to, for it is another compiler", *wrong])
    request.node.user_properties.append((KTAP_COUNTS, said))
    assert not (held and wrong), "\n".join(wrong)
