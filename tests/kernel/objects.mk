# SPDX-License-Identifier: MIT
kernel-$(CONFIG_SELFTESTS) += tests/kernel/boot_memory_test.c tests/kernel/bootinfo_check.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/command_line_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/deliberate.c
kernel-$(if $(CONFIG_MAPPER_OFFSET)$(CONFIG_MAPPER_GENERIC),$(CONFIG_SELFTESTS)) += tests/kernel/example_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/exception_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/fixture_kernel.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/fmt_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/hardware_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/mapper_cursor_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/mapper_defects_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/mapper_fixture.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/mapper_property_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/mapper_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/mapper_world.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/memmap_model.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/memmap_property_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/memmap_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/memory_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/multiboot2_builder.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/multiboot2_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/paging_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/pt_format_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/string_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/space_property_test.c tests/kernel/space_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/space_hardware_test.c tests/kernel/space_rig.c tests/kernel/space_rig_kernel.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/stub_test.c

kernel-$(CONFIG_BENCH) += tests/bench/bench_space.c tests/bench/nothing.c tests/bench/same_work.c
kernel-$(CONFIG_BENCH) += tests/kernel/audit_bench.c tests/kernel/bench_rig.c tests/kernel/mapper_bench.c
kernel-$(CONFIG_BENCH) += tests/kernel/same_work_bench.c tests/kernel/space_bench.c

# Tests of an option's code, where there are both.
kernel-$(if $(CONFIG_PHYSMAP),$(CONFIG_SELFTESTS)) += tests/kernel/physmap_test.c
kernel-$(if $(CONFIG_MAPPER_GENERIC),$(CONFIG_SELFTESTS)) += tests/kernel/mapper_generic_test.c
kernel-$(if $(CONFIG_SERIAL),$(CONFIG_SELFTESTS)) += tests/kernel/serial_test.c
kernel-$(if $(CONFIG_SCREEN),$(CONFIG_SELFTESTS)) += tests/kernel/screen_test.c
kernel-$(if $(CONFIG_FRAMEBUFFER),$(CONFIG_SELFTESTS)) += tests/kernel/framebuffer_test.c
kernel-$(if $(CONFIG_VGA_TEXT),$(CONFIG_SELFTESTS)) += tests/kernel/vga_text_test.c
kernel-$(if $(CONFIG_MAPPER_OFFSET),$(CONFIG_SELFTESTS)) += tests/kernel/mapper_walk_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/frame_rig.c tests/kernel/frame_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/frame_edges_test.c tests/kernel/frame_usage_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/frame_interrupts_kernel.c tests/kernel/frame_interrupts_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/frames_test.c
kernel-$(if $(CONFIG_MAPPER_OFFSET),$(if $(CONFIG_MAPPER_RECURSIVE),$(CONFIG_SELFTESTS))) += tests/kernel/recursive_test.c
kernel-$(if $(CONFIG_MONITOR),$(CONFIG_SELFTESTS)) += tests/kernel/monitor_bounds_test.c \
	tests/kernel/monitor_editor_test.c tests/kernel/monitor_keys_test.c \
	tests/kernel/monitor_picture_test.c tests/kernel/monitor_words_test.c
