# SPDX-License-Identifier: MIT
#
# Everything that tests. The host's programs are built from the same sources as the kernel:
#   host-y          sources under test, and the tests that run on the host and in the kernel
#   mapper-y        those of the mapper's random tests, of which `make soak` does many more
#   tests/host/     what stands in for the machine
#   tests/unit/     tests that only make sense on the host
#   tests/bench/    what things cost, measured on the host

runner-y := kernel/error.c kernel/fmt.c kernel/glob.c kernel/ktest.c tests/host/log.c \
	tests/host/main.c
host-y := $(runner-y)
mapper-y :=
include tests/unit/objects.mk

# Lines are all that a sanitizer prints, and cost a fifth of the compiler's time less than all of -g.
host_debug := -g1
host_cflags := $(c_dialect) -Itests/host/include $(includes) -O1 $(host_debug) \
	-fno-omit-frame-pointer -fno-builtin $(warnings)
sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all

$(call flags_file,host-cc,$(HOSTCC) $(host_cflags) $(sanitize) $(call file_flags,host))
$(eval $(call cc_rule,host,$$(HOSTCC),$$(host_cflags) $$(sanitize),host-cc))

host_objects := $(patsubst %,$(out)/host/%.o,$(sort $(host-y)))
$(out)/host-tests: $(host_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(sanitize) -pthread -o $@.new $^ && $(finish)

# The mapper's random tests again, optimised and without sanitizers: for numbers of operations.
soak_cflags := $(c_dialect) -Itests/host/include $(includes) -O2 -g $(warnings)
soak_objects := $(patsubst %,$(out)/soak/obj/%.o,$(sort $(runner-y) $(mapper-y)))
$(call flags_file,soak-cc,$(HOSTCC) $(soak_cflags))
$(eval $(call cc_rule,soak/obj,$$(HOSTCC),$$(soak_cflags),soak-cc))
$(out)/soak/soak: $(soak_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -o $@.new $^ && $(finish)

# How a log looks on the screen: $(out)/screen-picture 1024 768 32 <serial.log >screen.ppm
picture_objects := $(patsubst %,$(out)/host/%.o,tests/host/screen-picture.c kernel/error.c \
	kernel/console/framebuffer.c kernel/console/screen.c)
$(out)/screen-picture: $(picture_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(sanitize) -o $@.new $^ && $(finish)

-include $(sort $(host_objects:=.d) $(picture_objects:=.d) $(soak_objects:=.d))

# With the debug checks, whatever the configuration says.
debug_cflags = $(host_cflags) $(sanitize) -DCONFIG_DEBUG_CHECKS=1
$(call flags_file,debug-cc,$(HOSTCC) $(debug_cflags))
$(eval $(call cc_rule,debug,$$(HOSTCC),$$(debug_cflags),debug-cc))

include tests/frame.mk
include tests/mapper.mk
include tests/bench/bench.mk
include tests/fuzz/fuzz.mk
include examples/hostlib/hostlib.mk

.PHONY: host-tests
host-tests: $(out)/host-tests ## Build and run the host's unit tests (ASan, UBSan); GLOB= picks some
	$(Q)$(out)/host-tests $(if $(GLOB),'$(GLOB)')

SOAK_OPERATIONS ?= 1000000
SOAK_SEED ?= $(shell date +%s)
.PHONY: soak soak-mappers
soak: soak-frames soak-mappers ## Random tests for long: soak-frames and soak-mappers
soak-mappers: $(out)/soak/soak ## Random operations on the mappers: SOAK_OPERATIONS= on each space, SOAK_SEED=
	$(Q)$(out)/soak/soak --window=pointers --seed=$(SOAK_SEED) --operations=$(SOAK_OPERATIONS) \
		$(or $(GLOB),'*_random*')

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
