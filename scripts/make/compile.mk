# SPDX-License-Identifier: MIT
#
# How one source becomes one object. A folder's objects.mk adds its sources to kernel-y, or to
# kernel-$(CONFIG_X) for sources that only option X wants.

kernel-y :=
kernel-n :=
include arch/x86_64/objects.mk kernel/objects.mk mm/objects.mk tests/objects.mk

kernel_objects := $(patsubst %,$(out)/obj/%.o,$(sort $(kernel-y)))
generated := $(out)/include/generated/autoconf.h $(out)/include/generated/version.h

# The commit, as the kernel tells it; "-dirty" where the tree differs from it.
$(out)/include/generated/version.h: FORCE
	@$(call write_if_changed,$@,printf '#define VERSION "%s"\n' \
		"$$(git describe --always --dirty 2>/dev/null || echo unversioned)")

# Flags of single sources: $(FOLDER)-flags-SOURCE, where FOLDER is cc_rule's.
file_flags = $(foreach name,$(sort $(filter $(1)-flags-%,$(.VARIABLES))),$(name)=$($(name)))

$(call flags_file,kernel-cc,$(CC) $(shell $(CC) --version | head -n 1) $(kernel_cflags) \
	$(call file_flags,obj))
$(call flags_file,kernel-nasm,$(NASM) $(kernel_nasmflags))
$(call flags_file,kernel-objects,$(kernel_objects))

# What the compiler wrote to $@.d.cc becomes $@.d, and then $@.new becomes $@.
finish_dependencies = @scripts/fixdep $@.d.cc $(out) $(1) >$@.d.new && mv $@.d.new $@.d && rm $@.d.cc && $(finish)

# $(call cc_rule,FOLDER,COMPILER,FLAGS,FLAGS_FILE[,CONFIGURED]): C sources to objects under
# $(out)/FOLDER, with the dependencies on headers and on single options: those of the folder CONFIGURED,
# if not of $(out).
define cc_rule
$(out)/$(1)/%.c.o: %.c $(out)/flags/$(4) | $$(generated)
	$$(call say,CC,$$<)
	@mkdir -p $$(dir $$@)
	$$(Q)$(2) $(3) $$($(1)-flags-$$<) -MMD -MP -MT $$@ -MF $$@.d.cc -c -o $$@.new $$<
	$$(call finish_dependencies,$(or $(5),$(out)))
endef
$(eval $(call cc_rule,obj,$$(CC),$$(kernel_cflags),kernel-cc))

# NASM 2.16 leaves %included files out of what -MD writes, so the dependencies are stated here.
asm_includes := $(wildcard arch/x86_64/*/*.inc) $(out)/include/generated/constants.inc

$(out)/obj/%.asm.o: %.asm $(asm_includes) $(out)/flags/kernel-nasm \
		| $(out)/include/generated/autoconf.inc
	$(call say,NASM,$<)
	@mkdir -p $(dir $@)
	$(Q)$(NASM) $(kernel_nasmflags) -o $@.new $<
	@echo '$@: $< $(asm_includes)' >$@.d.cc
	$(call finish_dependencies,$(out))

-include $(kernel_objects:=.d)

# For editors and tools: how each C source of the kernel is compiled.
$(out)/compile_commands.json: $(out)/flags/kernel-cc $(out)/flags/kernel-objects
	$(call say,GEN,$@)
	$(Q)scripts/compile-commands '$(CURDIR)' '$(out)/obj' '$(CC) $(kernel_cflags)' \
		$(filter %.c,$(sort $(kernel-y))) >$@.new && $(finish)
