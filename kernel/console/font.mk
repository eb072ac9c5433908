# SPDX-License-Identifier: MIT
#
# The screen's font, out of the one that GRUB brings (Debian: grub-common, which the ISO needs
# anyway). It is GNU Unifont: GPL-2.0-or-later with the GNU font embedding exception and, since
# Unifont 13.0.04, the SIL Open Font License 1.1.
#
#   FONT=path   another unicode.pf2

FONT ?=
font := $(out)/include/generated/font.h

$(call flags_file,font,$(FONT))
$(font): scripts/font $(wildcard $(FONT)) $(out)/flags/font
	$(call say,FONT,$@)
	@mkdir -p $(dir $@)
	$(Q)scripts/font $(if $(FONT),'$(FONT)') >$@.new && $(finish)

# Who includes it. From the first build on, the compiler's own dependencies say so too.
font_users := kernel/console/framebuffer.c tests/kernel/framebuffer_test.c
$(font_users:%=$(out)/obj/%.o) $(font_users:%=$(out)/host/%.o): | $(font)
