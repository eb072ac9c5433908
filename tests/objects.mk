# SPDX-License-Identifier: MIT
#
# Each test once:
#   both-y       in the kernel and on the host, there whatever the configuration
#   in-kernel-y  in the kernel only
#   on-host-y    on the host only
# mapper-y, mapper-tests-y and host-mapper-tests are parts of these that tests/programs.mk has more often.

# The frame allocator.
both-y += $(patsubst %,tests/mm/%.c,frame_edges_test frame_rig frame_test frame_usage_test)
in-kernel-y += tests/mm/frame_interrupts_kernel.c tests/mm/frame_interrupts_test.c
on-host-y += $(patsubst %,tests/mm/%.c,frame_debug_test frame_halves_test frame_long_test \
	frame_steps_test frame_threads_test)

# Page tables. mapper-y is also what `make soak` runs, and mapper-tests-y, with it, the debug checks.
mapper-y := $(patsubst %,tests/mm/%.c,mapper_fixture mapper_property_test mapper_world \
	space_property_test space_rig)
mapper-tests-y := $(patsubst %,tests/mm/%.c,mapper_cursor_test mapper_defects_test mapper_test space_test)
both-y += $(mapper-y) $(mapper-tests-y) tests/mm/pt_format_test.c
both-$(CONFIG_MAPPER_OFFSET) += tests/mm/mapper_walk_test.c
both-$(CONFIG_GENERIC_TESTS) += tests/mm/mapper_generic_test.c
both-$(or $(CONFIG_MAPPER_OFFSET),$(CONFIG_GENERIC_TESTS)) += tests/mm/example_test.c
in-kernel-y += $(patsubst %,tests/mm/%.c,fixture_kernel space_hardware_test space_rig_kernel)
in-kernel-$(CONFIG_PHYSMAP) += tests/mm/physmap_test.c
in-kernel-$(and $(CONFIG_MAPPER_OFFSET),$(CONFIG_MAPPER_RECURSIVE)) += tests/mm/recursive_test.c
host-mapper-tests := $(patsubst %,tests/mm/%.c,mapper_brief_test mapper_debug_test mapper_no_window_test \
	mapper_steps_test mapper_tlb_property_test mapper_tlb_test space_cpu_test space_tlb_test)
on-host-y += $(host-mapper-tests) $(patsubst %,tests/mm/%.c,audit_test physmap_map_test vmap_test)

# The memory map, and what tells of it.
both-y += $(patsubst %,tests/mm/%.c,memmap_model memmap_property_test memmap_test)
on-host-y += tests/mm/memmap_file.c tests/mm/memmap_maps_test.c
host-flags-tests/mm/memmap_file.c := -DMEMMAPS_DIR='"$(CURDIR)/tests/data/memmaps"'
both-y += $(patsubst %,tests/kernel/%.c,bootinfo_check multiboot2_builder multiboot2_test)
on-host-y += tests/kernel/multiboot2_captured_test.c tests/kernel/multiboot2_damage_test.c
host-flags-tests/kernel/multiboot2_captured_test.c := -DBOOTINFO_DIR='"$(CURDIR)/tests/data/bootinfo"'

# The kernel.
both-y += $(patsubst %,tests/kernel/%.c,command_line_test fmt_test string_test)
both-$(CONFIG_SCREEN) += tests/kernel/screen_test.c
both-$(CONFIG_FRAMEBUFFER) += tests/kernel/framebuffer_test.c
both-$(CONFIG_VGA_TEXT) += tests/kernel/vga_text_test.c
both-$(CONFIG_MONITOR) += $(patsubst %,tests/kernel/monitor_%_test.c,bounds editor keys picture words)
in-kernel-y += $(patsubst %,tests/kernel/%.c,boot_memory_test deliberate exception_test frames_test \
	hardware_test memory_test paging_test stub_test)
in-kernel-$(CONFIG_SERIAL) += tests/kernel/serial_test.c
on-host-y += $(patsubst %,tests/kernel/%.c,acpi_test boot_memory_host_test screen_live_test \
	start_screen_test)

kernel-$(CONFIG_SELFTESTS) += $(both-y) $(in-kernel-y)
kernel-$(CONFIG_BENCH) += $(patsubst %,tests/bench/%.c,bench_space nothing same_work) \
	$(patsubst %,tests/bench/kernel/%.c,audit_bench bench_rig mapper_bench same_work_bench space_bench)
