# SPDX-License-Identifier: MIT
#
# Benchmarks that run on the host: the kernel's mm/ sources, optimised as for the kernel.

bench_cflags := $(c_dialect) -Itests/host/include $(filter-out -nostdinc,$(includes)) -O2 -g \
	-fno-omit-frame-pointer -fcf-protection=none $(warnings)

# What is compared is compiled as in the kernel, without vector registers: both sides.
bench_mappers_compared := $(sort $(filter mm/access% mm/mapper% mm/physmap% mm/range% mm/temp% \
	mm/tlb% mm/walk%,$(kernel-y))) tests/bench/access_inline.c \
	tests/bench/bench_space.c tests/bench/limit_mapper.c
$(foreach source,$(bench_mappers_compared),\
	$(eval bench/obj-flags-$(source) := -mgeneral-regs-only -ffreestanding))
$(call flags_file,bench-cc,$(HOSTCC) $(bench_cflags) $(call file_flags,bench/obj))
$(eval $(call cc_rule,bench/obj,$$(HOSTCC),$$(bench_cflags),bench-cc))

bench_mappers_sources := $(bench_mappers_compared) kernel/error.c tests/bench/mappers.c \
	tests/bench/measure.c
bench_mappers_objects := $(patsubst %,$(out)/bench/obj/%.o,$(bench_mappers_sources))
$(out)/bench/mappers: $(bench_mappers_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -o $@ $^

-include $(bench_mappers_objects:=.d)

.PHONY: bench-mappers
bench-mappers: $(out)/bench/mappers ## Measure the mapper; the table also as bench/mappers.json
	$(Q)$(out)/bench/mappers $(out)/bench/mappers.json
