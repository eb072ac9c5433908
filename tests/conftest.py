# SPDX-License-Identifier: MIT
"""Options and fixtures that all tests share. How results are printed is in harness/report.py."""

import re
from pathlib import Path

import pytest

from harness.build import TOP, Builder

pytest_plugins = ["harness.report"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mercator")
    group.addoption("--builds", default=str(TOP / "build/check"), help="folder for all builds and logs")
    group.addoption("--full", action="store_true", help="boot every machine with every build")
    group.addoption("--write-tour", action="store_true", help="write the tour's outputs anew")
    group.addoption("--random", type=int, default=0, metavar="N", help="random configurations")
    group.addoption("--seed", type=int, default=1, help="seed of the first random configuration")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What one worker has to do alone comes first: at the end, the others would wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.fixture(scope="session")
def builder(pytestconfig: pytest.Config) -> Builder:
    return Builder(Path(pytestconfig.getoption("builds")).resolve())


@pytest.fixture
def folder(builder: Builder, request: pytest.FixtureRequest) -> Path:
    """This test's own folder: logs stay there for reading."""
    path = builder.folder / "logs" / re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")
    path.mkdir(parents=True, exist_ok=True)
    return path
