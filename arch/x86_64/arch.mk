# SPDX-License-Identifier: MIT
#
# What only this architecture needs: constants for NASM, the linker script, the link.

arch := arch/x86_64

# Optimised whatever KCFLAGS says: each value has to come out as a constant.
$(out)/obj/$(arch)/constants.s: $(arch)/asm-constants.c $(out)/flags/kernel-cc | $(generated)
	$(call say,GEN,$@)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(filter-out -g,$(kernel_cflags)) -O2 -MMD -MP -MT $@ -MF $@.d.cc -S -o $@.new $<
	$(call finish_dependencies,$(out))

$(out)/include/generated/constants.inc: $(out)/obj/$(arch)/constants.s
	@$(call write_if_changed,$@,sed -n \
		's/.*"CONSTANT \([A-Z0-9_]*\) [$$]*\(-*[0-9]*\)".*/%define \1 \2/p' $<)
-include $(out)/obj/$(arch)/constants.s.d

$(out)/include/generated/constants.h: $(out)/include/generated/constants.inc
	@$(call write_if_changed,$@,sed 's/^%/#/' $<)

$(out)/kernel.ld: $(arch)/kernel.ld.S $(out)/include/generated/constants.h
	$(call say,CPP,$<)
	$(Q)$(CC) -I$(out)/include -E -P -x assembler-with-cpp -o $@.new $< && $(finish)

$(call flags_file,kernel-ld,$(LD) $(shell $(LD) --version | head -n 1) $(kernel_ldflags))

$(out)/mercator.elf: $(out)/kernel.ld $(kernel_objects) $(out)/flags/kernel-objects $(out)/flags/kernel-ld
	$(call say,LD,$@)
	$(Q)$(LD) $(kernel_ldflags) -T $< -o $@.new $(kernel_objects)
	$(Q)$(GRUB_FILE) --is-x86-multiboot2 $@.new || \
		{ status=$$?; [ $$status != 1 ] || echo "$@ is not Multiboot2" >&2; exit $$status; }
	@$(finish)
