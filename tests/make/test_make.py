# SPDX-License-Identifier: MIT
"""The build rebuilds what it must, nothing else, and makes the same bytes everywhere."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.build import MAKE_VARIABLES, TOP, BuildError, run_make


# One worker builds the small clone, for all of them.
pytestmark = pytest.mark.xdist_group("small")


def clone(path: Path) -> None:
    """
    A copy of the sources as they are now, in a place of its own, with its history. It has a local
    change from the start, so that the version (which says so) stays what it is: -O0, which takes a
    third of the time, and changes nothing in what is tested here.
    """
    subprocess.run(["git", "clone", "-q", "--shared", TOP, path], check=True)
    listed = subprocess.run(
        ["git", "-C", TOP, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (TOP / name).is_file():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, path / name)
    makefile = path / "GNUmakefile"
    makefile.write_text(f"KCFLAGS ?= -O0\n{makefile.read_text()}")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone, built without what is most of the work: the tests in the kernel. Each test leaves it sound."""
    path = tmp_path_factory.mktemp("small") / "clone"
    clone(path)
    run_make("defconfig", top=path)
    config = path / "build/.config"
    config.write_text(re.sub("^CONFIG_(SELFTESTS|BENCH)=y$", r"CONFIG_\1=n", config.read_text(), flags=re.M))
    run_make("olddefconfig", top=path)
    run_make("all", top=path)
    return path


def build(top: Path, *arguments: str) -> set[str]:
    """Builds; returns what was made, as "CC kernel/lib/log.c"."""
    lines = re.findall(r"^  ([A-Z]+) +(\S+)$", run_make(*arguments, top=top), re.M)
    return {f"{tool} {name}" for tool, name in lines}


def compiled(made: set[str]) -> set[str]:
    return {line.split()[1] for line in made if line.startswith(("CC ", "NASM "))}


def sources(top: Path) -> set[str]:
    """All that has an object."""
    objects = top / "build/obj"
    return {str(path.relative_to(objects)).removesuffix(".o") for path in objects.rglob("*.o")}


def readers(top: Path, name: str) -> set[str]:
    """The sources that were compiled from something that this file is part of."""
    objects = (top / "build/obj").rglob("*.d")
    return {
        str(path.relative_to(top / "build/obj")).removesuffix(".o.d")
        for path in objects
        if re.search(rf" ({name}|\$\(wildcard {name}\))\n", path.read_text().replace("$(out)", "build"))
    }


def test_same_bytes_everywhere(small: Path, folder: Path) -> None:
    elsewhere = folder / "elsewhere" / "in-a-longer-path"
    shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.copytree(small, elsewhere, symlinks=True)
    (elsewhere / "another/folder").mkdir(parents=True)
    shutil.copy(small / "build/.config", elsewhere / "another/folder")
    build(small, "all")
    build(elsewhere, "iso", "O=another/folder")
    for name in ("mercator.elf", "mercator.iso"):
        here, there = small / "build" / name, elsewhere / "another/folder" / name
        # cmp, for pytest would show megabytes of difference.
        subprocess.run(["cmp", here, there], check=True)


def test_rebuilds_exactly_what_it_must(small: Path) -> None:
    build(small, "all")
    everything = sources(small)
    assert len(everything) > 20
    assert not any(name.startswith("tests/") for name in everything)
    assert build(small, "all") == set(), "nothing had changed"

    assert build(small, "all", "CMDLINE=selftest loglevel=4") == {"ISO mercator.iso"}
    build(small, "all")

    shutil.copytree(small / "build", small / "copy")
    assert compiled(build(small, "all", "O=copy")) == set(), "a copy is as good"
    shutil.rmtree(small / "copy")

    config = small / "build/.config"
    config.write_text(config.read_text().replace("CONFIG_LOG_LEVEL=3", "CONFIG_LOG_LEVEL=2"))
    made = compiled(build(small, "all"))
    assert made == readers(small, "build/include/config/log/level.h") & everything
    assert made and "kernel/lib/glob.c" not in made

    header = small / "kernel/include/kernel/fmt.h"
    header.write_text(header.read_text() + "/* changed */\n")
    made = compiled(build(small, "all"))
    assert "kernel/lib/fmt.c" in made and "kernel/lib/string.c" not in made
    assert made == readers(small, "kernel/include/kernel/fmt.h") & everything

    source = small / "kernel/lib/glob.c"
    source.write_text(source.read_text() + "/* changed */\n")
    assert compiled(build(small, "all")) == {"kernel/lib/glob.c"}

    include = small / "arch/x86_64/boot/stub.inc"
    include.write_text(include.read_text() + "; changed\n")
    made = compiled(build(small, "all"))
    assert made and made == {name for name in everything if name.endswith(".asm")}


def test_a_removed_header_does_not_stop_the_build(small: Path) -> None:
    header = small / "kernel/include/kernel/short-lived.h"
    source = small / "kernel/lib/glob.c"
    before = source.read_text()
    header.write_text("/* SPDX-License-Identifier: MIT */\n")
    source.write_text(before + "#include <kernel/short-lived.h>\n")
    build(small, "all")
    header.unlink()
    source.write_text(before)
    assert compiled(build(small, "all")) == {"kernel/lib/glob.c"}


OVERLAPS = {
    "recursive slot in the physical map": (
        {"RECURSIVE_SLOT": 300},
        "the recursive slot lies inside the physical map",
    ),
    "empty physical map": ({"PHYSMAP_END_SLOT": 273}, "window is empty: PHYSMAP_END_SLOT must be above"),
}


@pytest.mark.parametrize("options, message", OVERLAPS.values(), ids=OVERLAPS.keys())
def test_refuses_overlap(folder: Path, options: dict[str, int], message: str) -> None:
    out = folder / "build"
    run_make(f"O={out}", "defconfig")
    config = out / ".config"
    text = config.read_text()
    for name, value in options.items():
        text = re.sub(rf"^CONFIG_{name}=.*$", f"CONFIG_{name}={value}", text, flags=re.M)
    config.write_text(text)
    with pytest.raises(BuildError, match=message):
        run_make(f"O={out}", f"{out}/mercator.elf")


MAPPERS = ("OFFSET", "RECURSIVE", "GENERIC")


def changed(folder: Path, old: str, new: str) -> Path:
    """A build folder with the default configuration, in which lines were changed."""
    out = folder / "build"
    run_make(f"O={out}", "defconfig")
    text, count = re.subn(old, new, (out / ".config").read_text(), flags=re.M)
    assert count
    (out / ".config").write_text(text)
    return out


@pytest.mark.parametrize("built", [(), *((name,) for name in MAPPERS)], ids=lambda built: "".join(built) or "NONE")
@pytest.mark.parametrize("asked", MAPPERS)
def test_senseless_mappers_cannot_be_chosen(folder: Path, built: tuple[str, ...], asked: str) -> None:
    """One mapper at least is built in, and the kernel's own is one of them; what asks for else is refused."""
    out = changed(folder, r"^CONFIG_(MAPPER|KERNEL)_(OFFSET|RECURSIVE|GENERIC)=y\n", "")
    with (out / ".config").open("a") as file:
        for name in MAPPERS:
            file.write(f"CONFIG_MAPPER_{name}={'y' if name in built else 'n'}\n")
        file.write(f"CONFIG_KERNEL_{asked}=y\n")
    if asked in built:
        run_make(f"O={out}", "olddefconfig")
        text = (out / ".config").read_text()
        assert re.findall(r"^CONFIG_MAPPER_(\w+)=y$", text, re.M) == list(built)
        assert re.findall(r"^CONFIG_KERNEL_(OFFSET|RECURSIVE|GENERIC)=y$", text, re.M) == [asked]
        return
    (out / ".config.written").unlink()  # or the default is not the user's
    refused = f"KERNEL_{asked}=y" if built else "MAPPER_OFFSET=n"
    with pytest.raises(BuildError, match=rf"CONFIG_{refused} cannot be had: it is \w unless "):
        run_make(f"O={out}", "olddefconfig")


OUT_OF_RANGE = "CONFIG_PHYSMAP_SLOT=256 is out of range: 259 to 510"
# What is set, and what is said of it.
REFUSED = {
    "CONFIG_PHYSMAP_SLOT=256": OUT_OF_RANGE,
    "CONFIG_LOG_LEVEL=5": "CONFIG_LOG_LEVEL=5 is out of range: 1 to 4",
    "CONFIG_VMAP_SLOT=0403": "CONFIG_VMAP_SLOT=0403 is not a decimal number",
    "CONFIG_VMAP_SLOT=many": "the value 'many' is invalid for VMAP_SLOT",
    "CONFIG_SERIAL=maybe": "'maybe' is not a valid value for the bool symbol SERIAL",
    "CONFIG_SERAIL=n": "CONFIG_SERAIL=n: there is no such option",
    "# CONFIG_SLEFTESTS is not set": "CONFIG_SLEFTESTS=n: there is no such option",
    "# CONFIG_RECURSIVE is not set\nCONFIG_RECURSIVE_SLOT=300": "CONFIG_RECURSIVE_SLOT=300 cannot be had: "
    "it is nothing unless RECURSIVE",
    "# CONFIG_MAPPER_GENERIC is not set\nCONFIG_KERNEL_GENERIC=y": "CONFIG_KERNEL_GENERIC=y cannot be had: "
    "it is n unless MAPPER_GENERIC",
    "CONFIG_SCREEN=n": "CONFIG_SCREEN=n cannot be set: it follows from other options, and is y",
    "VMAP_SLOT=403": "malformed line 'VMAP_SLOT=403'",
}


def test_what_is_set_is_had_or_refused(folder: Path) -> None:
    out = folder / "build"
    run_make(f"O={out}", "defconfig")
    config = out / ".config"
    text = config.read_text() + "\n".join(REFUSED) + "\n"
    config.write_text(text)
    with pytest.raises(BuildError) as error:
        run_make(f"O={out}", "olddefconfig")
    said = [line for line in str(error.value).splitlines() if not line.startswith(("$ make", "make: "))]
    assert [what for what in REFUSED.values() if what not in "\n".join(said)] == []
    assert len(said) == len(REFUSED), said
    assert config.read_text() == text, "nothing is changed"


# Targets that read no configuration, but for that of KCONFIG_ALLCONFIG.
MAKE_ONE = {"randconfig", "allyesconfig", "allnoconfig"}


def test_every_target_refuses_it(folder: Path, tmp_path: Path) -> None:
    top = tmp_path / "clone"
    clone(top)
    text = (top / "scripts/make/config.mk").read_text()
    targets = set(re.search(r"^config_targets :=((?:.*\\\n)*.*)", text, re.M)[1].replace("\\", "").split())
    targets -= {"%_defconfig", "defconfig"}
    assert targets > MAKE_ONE | {"menuconfig", "olddefconfig", "savedefconfig"}
    out = changed(folder, "^CONFIG_PHYSMAP_SLOT=.*", "CONFIG_PHYSMAP_SLOT=256")
    for target in [*targets - MAKE_ONE, "all", "iso", "host-tests"]:
        with pytest.raises(BuildError, match=OUT_OF_RANGE):
            run_make(f"O={out}", target)
    for target in MAKE_ONE:
        with pytest.raises(BuildError, match=OUT_OF_RANGE):
            run_make(f"O={out}", target, f"KCONFIG_ALLCONFIG={out}/.config")
        run_make(f"O={out}/new", target)
    for name in ("defconfig", "offset_defconfig"):
        with (top / "configs" / name).open("a") as file:
            file.write("CONFIG_PHYSMAP_SLOT=256\n")
        with pytest.raises(BuildError, match=f"/configs/{name}: {OUT_OF_RANGE}"):
            run_make(name, top=top)
    with pytest.raises(BuildError, match=f"/configs/defconfig: {OUT_OF_RANGE}"):
        run_make("all", top=top)


def test_what_follows_from_a_change_is_not_refused(folder: Path) -> None:
    """The lines that the tools wrote are not the user's, if they wrote them last."""
    out = changed(folder, "^CONFIG_PHYSMAP=y$", "CONFIG_PHYSMAP=n")
    run_make(f"O={out}", "olddefconfig")
    text = (out / ".config").read_text()
    assert re.findall(r"^CONFIG_(?:MAPPER|KERNEL)_(\w+)=y$", text, re.M) == ["RECURSIVE", "GENERIC", "RECURSIVE"]
    with (out / ".config").open("a") as file:
        file.write("CONFIG_MAPPER_OFFSET=y\n")
    with pytest.raises(BuildError, match="CONFIG_MAPPER_OFFSET=y cannot be had: it is n unless .*PHYSMAP"):
        run_make(f"O={out}", "olddefconfig")


# Replaces a tool: instead of writing its output, it leaves an empty file, as a loss of power would,
# and kills make with its children.
KILLER = """#!/bin/sh
previous=
for argument; do
	if [ "$previous" = -o ]; then : >"$argument"; kill -9 0; fi
	previous=$argument
done
exec {tool} "$@"
"""


def test_a_killed_build_goes_on_where_it_was(small: Path, folder: Path) -> None:
    run_make("all", top=small)
    made = [small / "build" / name for name in ("mercator.elf", "mercator.iso", "kernel.ld")]
    whole = [path.read_bytes() for path in made]
    compiler = (small / "build/flags/kernel-cc").read_text().split()[0]
    linker = (small / "build/flags/kernel-ld").read_text().split()[0]
    changed = {
        compiler: ["kernel/lib/glob.c", "arch/x86_64/kernel.ld.S"],
        "nasm": ["arch/x86_64/boot/stub.inc"],
        linker: ["kernel/lib/glob.c"],
        "grub-mkrescue": ["iso/grub.cfg.in"],
    }
    for tool, sources in changed.items():
        for source in sources:
            killers = folder / "killers"
            shutil.rmtree(killers, ignore_errors=True)
            killers.mkdir()
            (killers / tool).write_text(KILLER.format(tool=shutil.which(tool)))
            (killers / tool).chmod(0o755)
            (small / source).touch()
            killed = subprocess.run(
                ["make", "-C", small, "all"],
                env={k: v for k, v in os.environ.items() if k not in MAKE_VARIABLES}
                | {"PATH": f"{killers}:{os.environ['PATH']}"},
                start_new_session=True,
                capture_output=True,
            )
            assert killed.returncode == -9, killed.stderr
            run_make("all", top=small)
            same = [path.read_bytes() == before for path, before in zip(made, whole)]
            assert same == [True] * len(made), f"after {tool} for {source}"


def test_another_compiler_compiles_all(small: Path) -> None:
    """The last one here, as that compiler's objects stay."""
    made = compiled(build(small, "all", "LLVM=1"))
    assert made >= {name for name in sources(small) if name.endswith(".c")}
    assert build(small, "all", "LLVM=1") == set(), "nothing had changed"
