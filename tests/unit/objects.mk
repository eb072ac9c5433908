# SPDX-License-Identifier: MIT
host-y += kernel/command_line.c tests/kernel/command_line_test.c
host-y += tests/kernel/fmt_test.c tests/kernel/string_test.c kernel/string.c
host-y += kernel/console/screen.c tests/kernel/screen_test.c
host-y += kernel/console/framebuffer.c tests/kernel/framebuffer_test.c
host-y += kernel/console/vga_text.c tests/kernel/vga_text_test.c
host-y += tests/unit/screen_live_test.c

# string.c under test stands beside the C library's functions of the same names.
string_renamed := $(foreach f,memcpy memmove memset memcmp strlen strcmp strncmp,-D$(f)=mercator_$(f))
host-flags-kernel/string.c += $(string_renamed)
host-flags-tests/kernel/string_test.c += $(string_renamed)

host-y += mm/memmap.c tests/kernel/memmap_model.c tests/kernel/memmap_property_test.c \
	tests/kernel/memmap_test.c
host-y += tests/unit/memmap_maps_test.c
host-flags-tests/unit/memmap_maps_test.c := -DMEMMAPS_DIR='"$(CURDIR)/tests/data/memmaps"'
host-y += arch/x86_64/boot/multiboot2.c tests/kernel/bootinfo_check.c \
	tests/kernel/multiboot2_builder.c tests/kernel/multiboot2_test.c
host-y += tests/unit/multiboot2_damage_test.c
host-y += tests/unit/multiboot2_captured_test.c
host-flags-tests/unit/multiboot2_captured_test.c := -DBOOTINFO_DIR='"$(CURDIR)/tests/data/bootinfo"'
host-y += mm/access_generic.c mm/access_offset.c mm/access_recursive.c mm/temp_page.c mm/mapper.c mm/physmap.c mm/range.c mm/table_window.c mm/tlb.c mm/walk.c tests/host/machine.c
host-y += tests/kernel/mapper_fixture.c tests/kernel/mapper_property_test.c tests/kernel/mapper_test.c
host-y += tests/kernel/mapper_defects_test.c tests/kernel/mapper_generic_test.c tests/kernel/mapper_walk_test.c tests/kernel/pt_format_test.c
host-y += tests/unit/mapper_steps_test.c tests/unit/mapper_tlb_property_test.c tests/unit/mapper_tlb_test.c
host-y += tests/kernel/example_test.c
host-flags-tests/kernel/mapper_property_test.c := -DMAPPER_RANDOM_OPERATIONS=5000
