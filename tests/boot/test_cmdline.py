# SPDX-License-Identifier: MIT
"""What is written as CMDLINE= arrives at the kernel, through make, the shell and GRUB."""

from pathlib import Path

import pytest

from harness.build import Build, Builder, BuildError, Iso, run_make
from harness.qemu import FAILED_STATUS, Qemu

# What is given, and the words that the kernel then does not know.
WORDS = {
    "it's": "it's",
    "$x": "$x",
    "$(": "$(",
    "${x}": "${x}",
    "}": "}",
    "a;b": "a;b",
    "#a|b&c<d>": "#a|b&c<d>",
    "a)(,b": "a)(,b",
    '"two  words"': "two  words",
    r"a\"b\'c\\d\e": r"""a"b'c\d\e""",
    "@TIMEOUT@": "@TIMEOUT@",
}


def test_arrives_as_written(builder: Builder, folder: Path) -> None:
    line = " ".join(WORDS) + ' seed="two  words" exit=isa-debug open="to the end'
    iso = builder.iso(Build("gcc", "defconfig"), Iso("words", line))
    with Qemu(folder, "-m", "128M", "-cpu", "max", "-cdrom", str(iso)) as qemu:
        assert qemu.wait() == FAILED_STATUS
        serial = qemu.serial()
    for word in [*WORDS.values(), "open"]:
        assert f'command line: "{word}" is not known' in serial
    assert "command line: seed=two  words is not a number" in serial


def test_refuses_a_newline(folder: Path) -> None:
    with pytest.raises(BuildError, match="CMDLINE has a newline"):
        run_make("-n", "iso", f"O={folder}/build", "CMDLINE=a\nb")
