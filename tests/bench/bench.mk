# SPDX-License-Identifier: MIT
#
# Benchmarks that run on the host: the kernel's mm/ sources, optimised as for the kernel.

bench_cflags := $(c_dialect) -Itests/host/include $(includes) -O2 -g \
	-fno-omit-frame-pointer -fcf-protection=none $(warnings)
bench_frames_sources := $(frame_sources) kernel/error.c kernel/fmt.c tests/host/log.c \
	tests/host/panic.c tests/host/percpu.c tests/bench/frames.c tests/bench/limit.c \
	tests/bench/measure.c

$(call flags_file,bench-cc,$(HOSTCC) $(bench_cflags))
$(eval $(call cc_rule,bench/obj,$$(HOSTCC),$$(bench_cflags),bench-cc))

bench_frames_objects := $(patsubst %,$(out)/bench/obj/%.o,$(bench_frames_sources))
$(out)/bench/frames: $(bench_frames_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -pthread -o $@ $^

-include $(bench_frames_objects:=.d)

.PHONY: bench-frames
bench-frames: $(out)/bench/frames ## Measure the frame allocator; the table also as bench/frames.json
	$(Q)$(out)/bench/frames $(out)/bench/frames.json
