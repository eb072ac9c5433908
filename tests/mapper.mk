# SPDX-License-Identifier: MIT
#
# The mapper's tests, built in other ways than into host-tests.

# With the debug checks, and the frame allocator by the temporary page.
mapper_debug_sources := $(runner-y) $(mapper_test_sources) $(frame_sources) \
	tests/unit/temp_page_test.c
mapper_debug_objects := $(patsubst %,$(out)/debug/%.o,$(sort $(mapper_debug_sources)))
$(out)/mapper-debug-tests: $(mapper_debug_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(sanitize) -pthread -o $@.new $^ && $(finish)

# Several CPUs, under ThreadSanitizer: without the host's machine, which is one CPU's.
mapper_tsan_sources := $(runner-y) $(filter mm/%,$(mapper-y)) tests/host/panic.c \
	tests/host/percpu.c tests/unit/mapper_threads_test.c
mapper_tsan_cflags = $(host_cflags) -fsanitize=thread -Wno-tsan -DCONFIG_DEBUG_CHECKS=1
$(call flags_file,mapper-tsan-cc,$(HOSTCC) $(mapper_tsan_cflags))
$(eval $(call cc_rule,mapper-tsan,$$(HOSTCC),$$(mapper_tsan_cflags),mapper-tsan-cc))
mapper_tsan_objects := $(patsubst %,$(out)/mapper-tsan/%.o,$(sort $(mapper_tsan_sources)))
$(out)/mapper-tsan-tests: $(mapper_tsan_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -fsanitize=thread -pthread -o $@.new $^ && $(finish)

-include $(sort $(mapper_debug_objects:=.d) $(mapper_tsan_objects:=.d))

.PHONY: mapper-tests
mapper-tests: $(out)/mapper-debug-tests $(out)/mapper-tsan-tests ## The mapper with debug checks, and under TSan
	$(Q)$(out)/mapper-debug-tests
	$(Q)$(out)/mapper-tsan-tests
