# SPDX-License-Identifier: MIT
kernel-y += kernel/boot/boot_information.c kernel/memory/boot_memory.c
kernel-y += kernel/boot/command_line.c
kernel-y += kernel/lib/describe.c
kernel-y += kernel/boot/describe_machine.c
kernel-y += kernel/memory/device_map.c kernel/boot/dump.c
kernel-y += kernel/boot/finish.c
kernel-y += kernel/lib/fmt.c
kernel-y += kernel/memory/frame_bytes.c kernel/memory/frames.c
kernel-y += kernel/lib/glob.c
kernel-y += kernel/test/kbench.c kernel/boot/kernel_acpi.c kernel/memory/kernel_audit.c
kernel-y += kernel/lib/log.c
kernel-y += kernel/boot/main.c
kernel-y += kernel/memory/memory.c
kernel-y += kernel/boot/options.c
kernel-y += kernel/memory/paging.c
kernel-y += kernel/lib/panic.c
kernel-y += kernel/memory/regions.c kernel/test/selftest.c
kernel-y += kernel/console/start_screen.c
kernel-y += kernel/lib/string.c
kernel-$(CONFIG_SELFTESTS) += kernel/test/ktest.c
kernel-$(CONFIG_SCREEN) += kernel/console/screen.c
kernel-$(CONFIG_FRAMEBUFFER) += kernel/console/framebuffer.c
kernel-$(CONFIG_VGA_TEXT) += kernel/console/vga_text.c

monitor-y := bounds command decode editor experiment frames input machine maps monitor names own picture power \
	scan_code spaces table terminal tests touch view walk_command words
kernel-$(CONFIG_MONITOR) += $(monitor-y:%=kernel/monitor/%.c)

# The compiler must not turn memcpy()'s loop into a call of memcpy().
obj-flags-kernel/lib/string.c := -fno-builtin $(if $(cc_is_clang),,-fno-tree-loop-distribute-patterns)
