# SPDX-License-Identifier: MIT
"""What `make hostlib` leaves for other programs: a library, and the headers that are its own."""

import re
import subprocess
from pathlib import Path

import pytest

from harness.build import TOP, config_names, run_make

# As gcc's -aux-info says it: /* file:line:kind */ extern int name (arguments);
DECLARED = re.compile(r"^/\* (\S+):\d+:\w+ \*/ (?:extern|static) [^(]*?(\w+) \(", re.M)

PROGRAM = """
#include <stdio.h>
{includes}
static void *const volatile functions[] = {{ {functions} }};
int main(void)
{{
	(void)functions[0];
	printf("%d %zu", MC_NR_CPUS, sizeof(struct mc_space));
	return 0;
}}
"""


def run(*command: object) -> str:
    done = subprocess.run(
        [str(word) for word in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


# CPUs, the kernel's configurations, and the library's. With the debug checks, a structure has a member a CPU.
FOUR_CPUS = ["HOSTLIB_CPUS=4", "HOSTLIB_CONFIG=configs/debug_defconfig"]
LIBRARIES = [
    pytest.param(1, config_names(), [], id="one CPU"),
    pytest.param(4, ["defconfig"], FOUR_CPUS, id="4 CPUs", marks=pytest.mark.long),
]


@pytest.mark.parametrize("cpus, configs, arguments", LIBRARIES)
def test_program_can_use_all_that_is_shipped(
    cpus: int, configs: list[str], arguments: list[str], folder: Path
) -> None:
    for config in configs:
        run_make(f"O={folder}/build", config)
        printed = run_make("-s", f"O={folder}/build", "hostlib", *arguments)
        assert "map: ok, with 4 tables" in printed, config
        assert "map again: MC_ERR_EXISTS at 40000000" in printed, config
    hostlib = folder / "build/hostlib"
    include = hostlib / "include"
    headers = sorted(str(path.relative_to(include)) for path in include.rglob("*.h"))
    ours = [*(TOP / "mm/include/mercator").glob("*.h"), *(TOP / "platform/host").glob("*.h")]
    assert {Path(header).name for header in headers} == {path.name for path in ours} | {"autoconf.h"}

    gcc = ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", f"-I{include}", "-include", "mercator/config.h"]
    run(*gcc, "-x", "c", "-fsyntax-only", *(include / header for header in headers))  # each alone

    includes = "\n".join(f"#include <{header}>" for header in headers)
    (folder / "headers.c").write_text(includes)
    run(*gcc, "-fsyntax-only", "-aux-info", folder / "declared", folder / "headers.c")
    declared = DECLARED.findall((folder / "declared").read_text())
    functions = sorted({name for path, name in declared if path.startswith(str(include))})
    assert {"mc_frame_usage", "mc_mapper_map", "mc_virt_addr", "mc_panic", "mc_tlb_flush_all"} <= set(functions)

    source, program = folder / "program.c", folder / "program"
    source.write_text(PROGRAM.format(includes=includes, functions=", ".join(f"(void *){f}" for f in functions)))
    run(*gcc, "-o", program, source, hostlib / "libmercator-mm.a")
    theirs = run("gdb", "-batch", "-ex", "print sizeof(struct mc_space)", hostlib / "obj/mm/pagetable/mapper.c.o")
    assert run(program) == f"{cpus} {theirs.split()[-1]}"
