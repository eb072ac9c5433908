# SPDX-License-Identifier: MIT
#
# The frame allocator's tests, built in other ways than into host-tests.

# mm/frame_access.c is of the kernel's own, with what it needs.
frame_sources := $(filter-out mm/frame_access.c,$(filter mm/frame%,$(kernel-y)))
frame_test_sources := $(frame_sources) kernel/error.c kernel/fmt.c kernel/glob.c kernel/ktest.c \
	tests/host/log.c tests/host/main.c tests/host/panic.c tests/host/percpu.c

# With the debug checks.
frame_debug_sources := $(frame_test_sources) tests/kernel/frame_edges_test.c tests/kernel/frame_rig.c \
	tests/kernel/frame_test.c \
	tests/unit/frame_debug_test.c tests/unit/frame_long_test.c tests/unit/frame_threads_test.c
frame_debug_objects := $(patsubst %,$(out)/debug/%.o,$(frame_debug_sources))
$(out)/frame-debug-tests: $(frame_debug_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(sanitize) -pthread -o $@.new $^ && $(finish)

# Under ThreadSanitizer.
frame_tsan_sources := $(frame_test_sources) tests/unit/frame_threads_test.c
frame_tsan_cflags = $(host_cflags) -fsanitize=thread -Wno-tsan
$(call flags_file,frame-tsan-cc,$(HOSTCC) $(frame_tsan_cflags))
$(eval $(call cc_rule,frame-tsan,$$(HOSTCC),$$(frame_tsan_cflags),frame-tsan-cc))
frame_tsan_objects := $(patsubst %,$(out)/frame-tsan/%.o,$(frame_tsan_sources))
$(out)/frame-tsan-tests: $(frame_tsan_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -fsanitize=thread -pthread -o $@.new $^ && $(finish)

# With interrupts, at every instruction.
frame_irq_sources := $(filter-out tests/host/percpu.c,$(frame_test_sources)) \
	tests/kernel/frame_interrupts_test.c tests/unit/frame_interrupts_host.c
frame_irq_cflags = -Itests/host/interrupts -mno-red-zone $(host_cflags)
$(call flags_file,frame-irq-cc,$(HOSTCC) $(frame_irq_cflags))
$(eval $(call cc_rule,frame-irq,$$(HOSTCC),$$(frame_irq_cflags),frame-irq-cc))
frame_irq_objects := $(patsubst %,$(out)/frame-irq/%.o,$(frame_irq_sources))
$(out)/frame-interrupt-tests: $(frame_irq_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -o $@.new $^ && $(finish)

# With two CPUs that take turns at any instruction, of which sanitizers would make three times as many.
frame_turns_sources := $(filter-out tests/host/percpu.c,$(frame_test_sources)) tests/host/turns.c \
	tests/unit/frame_turns_rig.c tests/unit/frame_turns_test.c
$(call flags_file,frame-turns-cc,$(HOSTCC) $(host_cflags))
$(eval $(call cc_rule,frame-turns,$$(HOSTCC),$$(host_cflags),frame-turns-cc))
frame_turns_objects := $(patsubst %,$(out)/frame-turns/%.o,$(frame_turns_sources))
$(out)/frame-turns-tests: $(frame_turns_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -o $@.new $^ && $(finish)

-include $(sort $(frame_debug_objects:=.d) $(frame_tsan_objects:=.d) $(frame_irq_objects:=.d) \
	$(frame_turns_objects:=.d))

SOAK_STEPS ?= 100000000
SOAK_ROUNDS ?= 20000000

frame_test_programs := $(patsubst %,$(out)/frame-%-tests,debug tsan interrupt turns)

.PHONY: frame-tests soak-frames
frame-tests: $(frame_test_programs) ## The frame allocator with debug checks, under TSan, interrupted, and by turns
	$(Q)$(out)/frame-debug-tests
	$(Q)$(out)/frame-tsan-tests
	$(Q)$(out)/frame-interrupt-tests
	$(Q)$(out)/frame-turns-tests

soak-frames: $(out)/host-tests $(out)/frame-tsan-tests ## The frame allocator's random tests for long; SEED=N chooses another run
	$(Q)FRAME_STEPS=$(SOAK_STEPS) $(out)/host-tests --seed=$(or $(SEED),$(shell date +%s)) \
		'frame_long.*'
	$(Q)FRAME_ROUNDS=$(SOAK_ROUNDS) $(out)/frame-tsan-tests --seed=$(or $(SEED),$(shell date +%s)) \
		'frame_threads.*'
