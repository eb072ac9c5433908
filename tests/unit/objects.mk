# SPDX-License-Identifier: MIT
host-y += kernel/command_line.c kernel/options.c tests/kernel/command_line_test.c
host-y += tests/kernel/fmt_test.c tests/kernel/string_test.c kernel/string.c
host-y += kernel/console/screen.c tests/kernel/screen_test.c
host-y += kernel/console/framebuffer.c tests/kernel/framebuffer_test.c
host-y += kernel/console/vga_text.c tests/kernel/vga_text_test.c
host-y += tests/unit/screen_live_test.c
host-y += kernel/start_screen.c tests/unit/start_screen_test.c

# string.c under test stands beside the C library's functions of the same names.
string_renamed := $(foreach f,memcpy memmove memset memcmp strlen strcmp strncmp,-D$(f)=mercator_$(f))
host-flags-kernel/string.c += $(string_renamed)
host-flags-tests/kernel/string_test.c += $(string_renamed)

host-y += mm/memmap.c tests/kernel/memmap_model.c tests/kernel/memmap_property_test.c \
	tests/kernel/memmap_test.c
host-y += tests/unit/memmap_file.c tests/unit/memmap_maps_test.c
host-flags-tests/unit/memmap_file.c := -DMEMMAPS_DIR='"$(CURDIR)/tests/data/memmaps"'
host-y += arch/x86_64/boot/multiboot2.c tests/kernel/bootinfo_check.c \
	tests/kernel/multiboot2_builder.c tests/kernel/multiboot2_test.c
host-y += tests/unit/multiboot2_damage_test.c
host-y += tests/unit/multiboot2_captured_test.c
host-flags-tests/unit/multiboot2_captured_test.c := -DBOOTINFO_DIR='"$(CURDIR)/tests/data/bootinfo"'

# The mappers, and the machine that their tests run on. mapper-y is also what `make soak` runs.
mapper-y += mm/access_generic.c mm/access_offset.c mm/access_recursive.c mm/access_second.c \
	mm/cursor.c mm/mapper.c mm/physmap.c mm/range.c mm/second_slot.c mm/space.c mm/temp_page.c \
	mm/tlb.c mm/walk.c
mapper-y += tests/host/machine.c tests/host/mmu.c tests/host/panic.c tests/host/percpu.c \
	tests/host/tlb.c tests/host/window.c
mapper-y += tests/kernel/mapper_fixture.c tests/kernel/mapper_property_test.c \
	tests/kernel/mapper_world.c tests/kernel/space_property_test.c tests/kernel/space_rig.c

mapper_test_sources := $(mapper-y) tests/host/steps.c tests/kernel/example_test.c tests/kernel/mapper_cursor_test.c \
	tests/kernel/mapper_defects_test.c tests/kernel/mapper_generic_test.c \
	tests/kernel/mapper_test.c tests/kernel/mapper_walk_test.c tests/kernel/space_test.c \
	tests/unit/mapper_brief_test.c tests/unit/mapper_debug_test.c \
	tests/unit/mapper_no_window_test.c tests/unit/mapper_steps_test.c \
	tests/unit/mapper_tlb_property_test.c tests/unit/mapper_tlb_test.c tests/unit/space_tlb_test.c
host-y += $(mapper_test_sources) tests/kernel/pt_format_test.c
host-y += mm/physmap_map.c tests/unit/physmap_map_test.c
host-y += mm/audit.c tests/unit/audit_test.c mm/vmap.c tests/unit/vmap_test.c

host-y += $(filter mm/frame%,$(kernel-y)) tests/host/panic.c tests/host/percpu.c
host-y += tests/kernel/frame_edges_test.c tests/kernel/frame_rig.c tests/kernel/frame_test.c \
	tests/kernel/frame_usage_test.c
host-y += kernel/boot_memory.c kernel/describe.c tests/unit/boot_memory_test.c
host-y += tests/unit/frame_halves_test.c tests/unit/frame_long_test.c tests/unit/frame_steps_test.c \
	tests/unit/frame_threads_test.c tests/unit/frame_debug_test.c
host-y += arch/x86_64/drivers/acpi.c arch/x86_64/drivers/acpi_power.c tests/unit/acpi_test.c
host-y += $(addprefix kernel/monitor/,bounds.c command.c editor.c picture.c scan_code.c terminal.c view.c words.c)
host-y += $(addprefix tests/kernel/monitor_,bounds_test.c editor_test.c keys_test.c \
	picture_test.c words_test.c)
