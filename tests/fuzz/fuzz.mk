# SPDX-License-Identifier: MIT
#
# libFuzzer targets. NAME is tests/fuzz/fuzz_NAME.c, with a committed corpus in
# tests/fuzz/corpus/NAME; $(out)/fuzz/NAME is its program. A target is one line:
#   $(call fuzz_target,NAME,the sources that it needs)
#
# A finding is left in $(out)/fuzz/found/ and ends make with an error; run the program with that
# file as its argument to see it again.

FUZZCC ?= clang
FUZZ_SECONDS ?= 600
FUZZ_BRIEF_SECONDS ?= 10

fuzz_targets :=
fuzz_cflags = $(c_dialect) $(call includes,platform/host) -O1 -g -fno-omit-frame-pointer \
	$(warnings) $(warnings_clang)
fuzz_sanitize := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all

# Of the frame allocator's model, no coverage is recorded: the allocator's is what inputs are kept for.
# Neither compares anything with the input's bytes, so that to trace comparisons would only take time.
fuzz/obj-flags-tests/mm/frame_rig.c := -fno-sanitize=fuzzer -O2
$(foreach source,tests/fuzz/fuzz_frame.c $(mm_frame),\
	$(eval fuzz/obj-flags-$(source) := -fno-sanitize-coverage=trace-cmp))

$(call flags_file,fuzz-cc,$(FUZZCC) $(fuzz_cflags) $(fuzz_sanitize) $(call file_flags,fuzz/obj))
$(eval $(call cc_rule,fuzz/obj,$$(FUZZCC),$$(fuzz_cflags) $$(fuzz_sanitize),fuzz-cc))

define fuzz_target_rule
fuzz_targets += $(1)
fuzz_objects_$(1) := $(patsubst %,$(out)/fuzz/obj/%.o,tests/fuzz/fuzz_$(1).c $(2))
$(out)/fuzz/$(1): $$(fuzz_objects_$(1))
	$$(call say,FUZZLD,$$@)
	$$(Q)$$(FUZZCC) $$(fuzz_sanitize) -o $$@.new $$^ && $$(finish)
-include $$(fuzz_objects_$(1):=.d)
endef
fuzz_target = $(eval $(call fuzz_target_rule,$(1),$(2)))

$(call fuzz_target,memmap,mm/memmap.c tests/mm/memmap_model.c)
$(call fuzz_target,multiboot2,arch/x86_64/boot/multiboot2.c tests/kernel/bootinfo_check.c)

$(call fuzz_target,frame,$(mm_frame) tests/mm/frame_rig.c \
	mm/error.c kernel/lib/fmt.c tests/host/log.c tests/host/panic.c platform/host/cpus.c)

$(call fuzz_target,monitor,$(addprefix kernel/monitor/,command.c editor.c scan_code.c terminal.c view.c \
	words.c) mm/error.c kernel/lib/fmt.c tests/host/log.c)

$(call fuzz_target,mapper,$(mm_pagetable) $(machine) tests/host/log.c tests/host/panic.c \
	tests/mm/mapper_fixture.c tests/mm/mapper_world.c mm/error.c kernel/lib/fmt.c)

fuzz_programs = $(fuzz_targets:%=$(out)/fuzz/%)

# $(call run_fuzzers,WHERE,OPTIONS): one after the other. What is new goes to the folder
# $(out)/fuzz/WHERE/NAME, never into the committed corpus; the log stands beside it.
run_fuzzers = for name in $(fuzz_targets); do \
	work=$(out)/fuzz/$(1)/$$name; mkdir -p $$work $(out)/fuzz/found; \
	printf '  %-8s %s\n' FUZZ $$name; \
	$(out)/fuzz/$$name $(2) -timeout=10 -print_final_stats=1 \
		-artifact_prefix=$(out)/fuzz/found/$$name- $$work tests/fuzz/corpus/$$name \
		>$$work.log 2>&1 || { tail -n 60 $$work.log; exit 1; }; \
	grep '^stat::number_of_executed_units' $$work.log; done

.PHONY: fuzz fuzz-brief
fuzz: $(fuzz_programs) ## Fuzz each target for FUZZ_SECONDS (600), continuing from the last time
	$(Q)$(call run_fuzzers,corpus,-max_total_time=$(FUZZ_SECONDS))

fuzz-brief: $(fuzz_programs) ## Fuzz each target for some 10 s, always from the same seed
	$(Q)rm -rf $(out)/fuzz/brief
	$(Q)$(call run_fuzzers,brief,-seed=1 -max_total_time=$(FUZZ_BRIEF_SECONDS))
