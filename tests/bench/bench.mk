# SPDX-License-Identifier: MIT
#
# Benchmarks that run on the host: the kernel's mm/ sources, optimised as for the kernel.

bench_cflags = $(c_dialect) $(call includes,platform/host) -O2 -g \
	-fno-omit-frame-pointer -fcf-protection=none $(warnings)

bench_frames_sources := $(mm_frame) mm/error.c kernel/lib/fmt.c tests/host/log.c \
	tests/host/panic.c platform/host/cpus.c tests/bench/frames.c tests/bench/limit.c \
	tests/bench/measure.c

# What is compared is compiled as in the kernel, for one CPU and without vector registers: both sides.
bench_mappers_compared := $(mm_pagetable) tests/bench/access_inline.c \
	tests/bench/bench_space.c tests/bench/limit_mapper.c
$(foreach source,$(bench_mappers_compared) tests/bench/same_work.c,\
	$(eval bench/obj-flags-$(source) := -mgeneral-regs-only -ffreestanding -DHOST_NR_CPUS=1))
bench/obj-flags-tests/bench/mappers.c := -DHOST_NR_CPUS=1
bench_mappers_sources := $(bench_mappers_compared) mm/error.c tests/bench/mappers.c \
	tests/bench/measure.c

# The claims of the argument, counted: the mapper with a machine of its own.
world_sources := $(mm_pagetable) mm/physmap_map.c mm/error.c \
	tests/bench/claims/world.c
claims_sources := $(world_sources) tests/bench/measure.c \
	$(addprefix tests/bench/claims/,counted.c invalidations.c main.c setup.c touched.c)
work_sources := $(world_sources) tests/bench/claims/work.c
$(foreach source,$(filter tests/bench/claims/%,$(claims_sources) $(work_sources)),\
	$(eval bench/obj-flags-$(source) := -DHOST_NR_CPUS=1))
methods_sources := $(world_sources) tests/bench/access_inline.c tests/bench/bench_space.c \
	tests/bench/limit_mapper.c tests/bench/same_work.c tests/bench/measure.c tests/bench/methods.c
bench/obj-flags-tests/bench/methods.c := -DHOST_NR_CPUS=1
bench/obj-flags-mm/physmap_map.c := $(bench/obj-flags-mm/pagetable/mapper.c)

$(call host_objects,bench/obj,$$(bench_cflags))

$(call host_program,bench/frames,bench/obj,,$(bench_frames_sources))
$(call host_program,bench/mappers,bench/obj,,$(bench_mappers_sources))
$(call host_program,bench/claims,bench/obj,,$(claims_sources))
$(call host_program,bench/methods,bench/obj,,$(methods_sources))
$(call host_program,bench/work,bench/obj,,$(work_sources))

.PHONY: bench-frames bench-mappers
bench-frames: $(out)/bench/frames ## Measure the frame allocator; the table also as bench/frames.json
	$(Q)$(out)/bench/frames $(out)/bench/frames.json
bench-mappers: $(out)/bench/mappers ## Measure the mapper; the table also as bench/mappers.json
	$(Q)$(out)/bench/mappers $(out)/bench/mappers.json

# The report: whatever the configuration here, what is measured is gcc's default one.
.PHONY: bench
bench: ## Measure everything: a report here and in report/, JSON in bench/; QUICK=1, LOG=serial log, ANSWER=1 puts its figures into the documents, ANSWER=host also the times
	$(Q)MPLCONFIGDIR='$(abspath $(out)/bench/matplotlib)' PYTHONPATH=tests $(if $(PYTHON),,$(error no python3 with what scripts/setup installs)) \
		$(PYTHON) -m bench.report --builds '$(abspath $(out)/check)' --out '$(abspath $(out)/bench)' \
		--report '$(abspath $(out)/report)' $(if $(filter-out 0,$(QUICK)),--quick) \
		$(if $(LOG),--log '$(LOG)') $(if $(filter-out 0,$(ANSWER)),--answer) \
		$(if $(filter host,$(ANSWER)),--answer-host)
