# SPDX-License-Identifier: MIT
kernel-y += kernel/boot_information.c kernel/boot_memory.c
kernel-y += kernel/command_line.c
kernel-y += kernel/describe.c
kernel-y += kernel/describe_machine.c
kernel-y += kernel/device_map.c kernel/dump.c
kernel-y += kernel/error.c
kernel-y += kernel/finish.c
kernel-y += kernel/fmt.c
kernel-y += kernel/frames.c
kernel-y += kernel/glob.c
kernel-y += kernel/kbench.c kernel/kernel_acpi.c kernel/kernel_audit.c
kernel-y += kernel/log.c
kernel-y += kernel/main.c
kernel-y += kernel/memory.c
kernel-y += kernel/options.c
kernel-y += kernel/paging.c
kernel-y += kernel/panic.c
kernel-y += kernel/regions.c kernel/selftest.c
kernel-y += kernel/start_screen.c
kernel-y += kernel/string.c
kernel-$(CONFIG_SELFTESTS) += kernel/ktest.c
kernel-$(CONFIG_SCREEN) += kernel/console/screen.c
kernel-$(CONFIG_FRAMEBUFFER) += kernel/console/framebuffer.c
kernel-$(CONFIG_VGA_TEXT) += kernel/console/vga_text.c

monitor-y := bounds command decode editor experiment frames input machine maps monitor names own picture power \
	scan_code spaces table terminal tests touch view walk_command words
kernel-$(CONFIG_MONITOR) += $(monitor-y:%=kernel/monitor/%.c)

# The compiler must not turn memcpy()'s loop into a call of memcpy().
obj-flags-kernel/string.c := -fno-builtin $(if $(cc_is_clang),,-fno-tree-loop-distribute-patterns)
