# SPDX-License-Identifier: MIT
"""`make bench-mappers` builds, runs and leaves its rows. What they say depends on the machine and on
what else it does, so the ratios are for people; test_icount.py holds the mapper to its limits."""

import json
import os
import subprocess
from pathlib import Path

from harness.build import Build, Builder, locked

GCC_DEFAULT = Build("gcc", "defconfig")


def test_bench_mappers(builder: Builder, folder: Path) -> None:
    builder.config(GCC_DEFAULT)
    program = builder.out(GCC_DEFAULT) / "bench/mappers"
    with locked(builder.out(GCC_DEFAULT).with_suffix(".lock")):
        builder.make(GCC_DEFAULT, str(program))
    rows_file = folder / "mappers.json"
    done = subprocess.run(
        [program, rows_file], env=os.environ | {"BENCH_REPEATS": "2"}, text=True, capture_output=True, timeout=300
    )
    (folder / "output.log").write_text(done.stdout)
    assert done.returncode == 0, done.stderr
    for row in json.loads(rows_file.read_text()):
        assert row.keys() >= {"name", "unit", "value", "min"}, row
        assert ("limit" in row) == ("ratio" in row), row
        assert 0 < row["min"] <= row["value"], row
