# SPDX-License-Identifier: MIT
#
# The ISO: GRUB for BIOS and UEFI, its menu, the kernel. Two builds of one commit are the same, bit
# for bit: for grub-mkrescue and what it runs, the time is the commit's. The kernel on it has no
# debug information: GRUB holds the whole file in memory while it loads it, which determines the
# minimum of memory.

# The kernel's command line, as it reads it (kernel/boot/command_line.c): $ and all else are text, to make too.
CMDLINE ?= selftest
cmdline := $(value CMDLINE)
# Or make would expand it for its children.
unexport CMDLINE
define newline


endef
ifneq ($(findstring $(newline),$(cmdline)),)
$(error CMDLINE has a newline: the command line is one line, and GRUB has no way to pass another)
endif
GRUB_TIMEOUT ?= 1

# GRUB's gfxpayload: empty leaves the choice to GRUB, `text` keeps a PC's VGA text screen. Set after
# `multiboot2` in grub.cfg, which puts there what the kernel's header asks for.
GFXPAYLOAD ?=

# Modules for GRUB to load, for tests: their sizes in bytes.
MODULES ?=

# The ISO's name below $(out): ISOs with other command lines can lie side by side.
ISO ?= mercator

SOURCE_DATE_EPOCH ?= $(or $(shell git log -1 --format=%ct 2>/dev/null),0)
iso_root := $(out)/iso/$(ISO)
iso_date = $(shell date -u -d @$(SOURCE_DATE_EPOCH) '+%F %T')

# Only what the menu needs: the ISO has a quarter of the size, and is made in a third of the time.
# On UEFI, grub-mkrescue makes GRUB look for every kind of partition table, and print an error for
# each that is missing.
grub_modules := normal multiboot2 all_video gfxterm halt reboot ls cat echo \
	$(addprefix part_,acorn amiga bsd dfly dvh plan sun sunpc)

iso_text = $(GRUB_MKRESCUE) $(cmdline) $(GRUB_TIMEOUT) $(GFXPAYLOAD) $(MODULES) $(SOURCE_DATE_EPOCH)
$(call flags_file,iso-$(ISO),$$(iso_text))

$(out)/$(ISO).iso: $(out)/mercator.elf iso/grub.cfg.in scripts/grub-quote $(out)/flags/iso-$(ISO)
	$(call say,ISO,$@)
	$(Q)rm -rf $(iso_root) && mkdir -p $(iso_root)/boot/grub
	$(Q)$(OBJCOPY) --strip-debug $< $(iso_root)/boot/mercator.elf
	$(Q)scripts/fill-in iso/grub.cfg.in \
		TIMEOUT '$(GRUB_TIMEOUT)' \
		GFXPAYLOAD '$(addprefix set gfxpayload=,$(GFXPAYLOAD))' \
		MODULES '$(foreach size,$(MODULES),module2 /boot/module-$(size) of $(size) bytes;)' \
		CMDLINE "$$(scripts/grub-quote '$(subst ','\'',$(cmdline))')" >$(iso_root)/boot/grub/grub.cfg
	$(Q)for size in $(MODULES); do \
		head -c $$size /dev/zero | tr '\0' m >$(iso_root)/boot/module-$$size; done
	$(Q)find $(iso_root) -exec touch -h -d @$(SOURCE_DATE_EPOCH) {} +
	$(Q)SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) TZ=UTC NO_FAKE_STAT=1 faketime -f '$(iso_date)' \
		$(GRUB_MKRESCUE) -o $@.new --install-modules="$(grub_modules)" \
		--fonts= --locales= --themes= $(iso_root) \
		-- -volume_date all_file_dates =$(SOURCE_DATE_EPOCH) >$(iso_root).log 2>&1 || \
		{ cat $(iso_root).log >&2; exit 1; }
	@$(finish)

.PHONY: iso
iso: $(out)/$(ISO).iso ## Build the ISO; CMDLINE="..." for the default entry's command line
