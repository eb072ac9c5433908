# SPDX-License-Identifier: MIT
#
# The host's programs: the same sources as the kernel's, tests from tests/objects.mk, and
#   tests/host/     what every program needs
#   tests/machine/  what stands in for the machine: an MMU, its TLB, CPUs that can be stopped anywhere

# Sanitizers print only line numbers; -g1 takes a fifth less of the compiler's time than -g.
host_debug := -g1
host_cflags = $(c_dialect) $(call includes,platform/host) -O1 $(host_debug) \
	-fno-omit-frame-pointer -fno-builtin $(warnings)
soak_cflags = $(c_dialect) $(call includes,platform/host) -O2 -g $(warnings)
sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all
debug := -DCONFIG_DEBUG_CHECKS=1

# $(call host_objects,FOLDER,FLAGS): how objects in this folder are compiled.
host_objects = $(call flags_file,$(1)-cc,$(HOSTCC) $(2) $(call file_flags,$(1)))$\
	$(eval $(call cc_rule,$(1),$$(HOSTCC),$(2),$(1)-cc))

# $(call host_program,NAME,FOLDER,FLAGS,SOURCES): linked with these flags, of objects in this folder.
define host_program_rule
$(out)/$(1): $(patsubst %,$(out)/$(2)/%.o,$(sort $(4)))
	$$(call say,HOSTLD,$$@)
	$$(Q)$$(HOSTCC) $(3) -pthread -o $$@.new $$^ && $$(finish)
-include $(patsubst %,$(out)/$(2)/%.o.d,$(sort $(4)))
endef
host_program = $(eval $(call host_program_rule,$(1),$(2),$(3),$(4)))

$(call host_objects,host,$$(host_cflags) $$(sanitize))
$(call host_objects,debug,$$(host_cflags) $$(sanitize) $$(debug))
$(call host_objects,plain,$$(host_cflags))
$(call host_objects,frame-tsan,$$(host_cflags) -fsanitize=thread -Wno-tsan)
$(call host_objects,mapper-tsan,$$(host_cflags) -fsanitize=thread -Wno-tsan $$(debug))
$(call host_objects,frame-irq,-Itests/machine/interrupts -mno-red-zone $$(host_cflags))
$(call host_objects,soak/obj,$$(soak_cflags))

runner := mm/error.c $(patsubst %,kernel/%.c,lib/fmt lib/glob test/ktest) \
	$(patsubst %,tests/host/%.c,log main panic)
cpus := platform/host/cpus.c
machine := $(patsubst %,tests/machine/%.c,machine mmu tlb window) $(cpus)
frame_common := $(runner) $(mm_frame)
mapper_common := $(runner) $(mm_pagetable) $(machine) $(mapper-y)

# All tests, of all sources that have some; string.c stands beside the C library's functions of the same names.
host_sources := $(mapper_common) $(mm_sources) tests/machine/steps.c $(mapper-tests-y) \
	$(both-y) $(both-) $(both-n) $(on-host-y) \
	arch/x86_64/boot/multiboot2.c arch/x86_64/drivers/acpi.c arch/x86_64/drivers/acpi_power.c \
	$(patsubst %,kernel/%.c,boot/command_line boot/options lib/describe lib/string memory/boot_memory \
		memory/frame_bytes console/framebuffer console/screen console/start_screen \
		console/vga_text) \
	$(patsubst %,kernel/monitor/%.c,bounds command editor picture scan_code terminal view words)
string_renamed := $(foreach f,memcpy memmove memset memcmp strlen strcmp strncmp,-D$(f)=mercator_$(f))
host-flags-kernel/lib/string.c := $(string_renamed)
host-flags-tests/kernel/string_test.c := $(string_renamed)
$(call host_program,host-tests,host,$(sanitize),$(host_sources))

# The frame allocator: with debug checks, under ThreadSanitizer, interrupted at every instruction, and with two
# CPUs that take turns at any instruction (of which sanitizers would make three times as many).
frame_tests := $(filter tests/mm/frame_%,$(both-y))
$(call host_program,frame-debug-tests,debug,$(sanitize),$(frame_common) $(cpus) \
	$(filter-out %_usage_test.c,$(frame_tests)) \
	$(patsubst %,tests/mm/frame_%_test.c,debug long threads))
$(call host_program,frame-tsan-tests,frame-tsan,-fsanitize=thread,$(frame_common) $(cpus) \
	tests/mm/frame_threads_test.c)
$(call host_program,frame-interrupt-tests,frame-irq,,$(frame_common) \
	tests/mm/frame_interrupts_test.c tests/mm/frame_interrupts_host.c)
$(call host_program,frame-turns-tests,plain,,$(frame_common) tests/machine/turns.c \
	tests/mm/frame_turns_rig.c tests/mm/frame_turns_test.c)

# The mapper: with debug checks and frames by the temporary page, several CPUs under ThreadSanitizer (without
# the machine, which is one CPU's), and optimised, for numbers of operations.
$(call host_program,mapper-debug-tests,debug,$(sanitize),$(mapper_common) $(mm_frame) $(mapper-tests-y) \
	tests/mm/example_test.c tests/mm/mapper_generic_test.c tests/mm/mapper_walk_test.c \
	tests/machine/steps.c $(host-mapper-tests) tests/mm/temp_page_test.c)
$(call host_program,mapper-tsan-tests,mapper-tsan,-fsanitize=thread,$(runner) $(mm_pagetable) $(cpus) \
	tests/mm/mapper_threads_test.c)
$(call host_program,soak/soak,soak/obj,,$(mapper_common))

# How a log looks on the screen: $(out)/screen-picture 1024 768 32 <serial.log >screen.ppm
$(call host_program,screen-picture,host,$(sanitize),tests/host/screen-picture.c mm/error.c \
	kernel/console/framebuffer.c kernel/console/screen.c)

.PHONY: host-tests frame-tests mapper-tests
host-tests: $(out)/host-tests ## Build and run the host's unit tests (ASan, UBSan); GLOB= picks some
	$(Q)$(out)/host-tests $(if $(GLOB),'$(GLOB)')
frame-tests: $(patsubst %,$(out)/frame-%-tests,debug tsan interrupt turns) ## The frame allocator with debug checks, under TSan, interrupted, and by turns
	$(Q)for program in $^; do $$program || exit; done
mapper-tests: $(patsubst %,$(out)/mapper-%-tests,debug tsan) ## The mapper with debug checks, and under TSan
	$(Q)for program in $^; do $$program || exit; done

SOAK_STEPS ?= 100000000
SOAK_ROUNDS ?= 20000000
SOAK_OPERATIONS ?= 1000000
SOAK_SEED ?= $(or $(SEED),$(shell date +%s))
.PHONY: soak soak-frames soak-mappers
soak: soak-frames soak-mappers ## Random tests for long: soak-frames and soak-mappers
soak-frames: $(out)/host-tests $(out)/frame-tsan-tests ## The frame allocator's random tests for long; SEED=N chooses another run
	$(Q)FRAME_STEPS=$(SOAK_STEPS) $(out)/host-tests --seed=$(SOAK_SEED) 'frame_long.*'
	$(Q)FRAME_ROUNDS=$(SOAK_ROUNDS) $(out)/frame-tsan-tests --seed=$(SOAK_SEED) 'frame_threads.*'
soak-mappers: $(out)/soak/soak ## Random operations on the mappers: SOAK_OPERATIONS= on each space, SOAK_SEED=
	$(Q)$(out)/soak/soak --window=pointers --seed=$(SOAK_SEED) --operations=$(SOAK_OPERATIONS) \
		$(or $(GLOB),'*_random*')
