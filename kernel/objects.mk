# SPDX-License-Identifier: MIT
kernel-y += $(patsubst %,kernel/boot/%.c,boot_information command_line describe_machine dump finish kernel_acpi main options)
kernel-y += $(patsubst %,kernel/console/%.c,start_screen)
kernel-y += $(patsubst %,kernel/lib/%.c,describe fmt glob log panic string)
kernel-y += $(patsubst %,kernel/memory/%.c,boot_memory device_map frame_bytes frame_pool kernel_audit memory paging regions)
kernel-y += $(patsubst %,kernel/test/%.c,kbench selftest)
kernel-$(CONFIG_SELFTESTS) += kernel/test/ktest.c
kernel-$(CONFIG_SCREEN) += kernel/console/screen.c
kernel-$(CONFIG_FRAMEBUFFER) += kernel/console/framebuffer.c
kernel-$(CONFIG_VGA_TEXT) += kernel/console/vga_text.c

monitor-y := bounds command decode editor experiment frames_command input machine maps monitor names own picture power \
	scan_code spaces table terminal tests touch view walk_command words
kernel-$(CONFIG_MONITOR) += $(monitor-y:%=kernel/monitor/%.c)

# The compiler must not turn memcpy()'s loop into a call of memcpy().
obj-flags-kernel/lib/string.c := -fno-builtin $(if $(cc_is_clang),,-fno-tree-loop-distribute-patterns)
