# SPDX-License-Identifier: MIT
"""Errors and warnings in a log: in a run that passes, each is expected."""

import re
from collections.abc import Sequence

LINE = re.compile(r"^(?:error|warning): .*$", re.MULTILINE)


def unexpected(log: str, expected: Sequence[str] = ()) -> list[str]:
    """The lines that no pattern fits."""
    lines = LINE.findall(log.replace("\r", ""))
    return [line for line in lines if not any(re.search(pattern, line) for pattern in expected)]
