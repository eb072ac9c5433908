# SPDX-License-Identifier: MIT
#
# Everything that tests.

include tests/programs.mk
include tests/bench/bench.mk
include tests/fuzz/fuzz.mk
include examples/hostlib/hostlib.mk

# A boot loader that is not GRUB, for tests/boot/test_shim.py.
$(out)/shim.bin: tests/boot/shim/shim.asm
	$(call say,NASM,$<)
	$(Q)$(NASM) -f bin -Werror -o $@.new $< && $(finish)

# Breaks the code, which the tests must notice (tests/mutations/README.md).
J ?= $(shell nproc)
.PHONY: mutate
mutate: ## Break the code in each listed way, or in N=100 ways drawn at random (SEED=); K=REGEX picks files, J=N at a time
	$(Q)scripts/mutate --out '$(abspath $(out)/mutate)' -j $(J) $(if $(K),-k '$(K)') \
		$(if $(N),--random $(N) --seed $(or $(SEED),1))

# Everything below is driven by one pytest (tests/pytest.ini): it builds what it needs by itself,
# each (compiler, configuration) in a folder of its own below $(out)/check, and boots it.
PYTHON ?= $(call python_with,pytest xdist matplotlib)
WORKERS ?= $(shell nproc)
RANDOM_CONFIGS ?= 5
KCONFIG_SEED ?= $(shell date +%s)
pytest = $(if $(PYTHON),,$(error no python3 with pytest, pytest-xdist and matplotlib: run scripts/setup)) \
	$(PYTHON) -m pytest tests -n $(WORKERS) --dist loadgroup --builds='$(abspath $(out)/check)' $(if $(K),-k '$(K)') \
	$(PYTEST_ARGS)

.PHONY: check check-long check-all
check: ## The tests: host, machines, builds, style; K=EXPRESSION picks some, PYTEST_ARGS= for more
	$(Q)$(pytest) -m 'not long'
check-long: ## What check has no time for: soaks, threads for long, more machines with more builds
	$(Q)$(pytest) -m long
check-all: ## Both, every machine with every build, and random configurations (KCONFIG_SEED= repeats them)
	@echo 'KCONFIG_SEED=$(KCONFIG_SEED)'
	$(Q)$(pytest) --full --random $(RANDOM_CONFIGS) --seed $(KCONFIG_SEED)

.PHONY: tour
tour: ## Write what the kernel prints now into docs/tour.md
	$(Q)$(if $(PYTHON),,$(error no python3 with pytest: run scripts/setup)) \
		$(PYTHON) -m pytest -q tests/boot/test_tour.py --write-tour --builds='$(abspath $(out)/check)'

.PHONY: format
format: ## Apply .clang-format to all C sources
	$(Q)git ls-files -z '*.c' '*.h' | xargs -0 clang-format -i
