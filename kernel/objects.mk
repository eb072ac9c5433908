# SPDX-License-Identifier: MIT
kernel-y += kernel/command_line.c kernel/describe.c kernel/error.c kernel/finish.c kernel/fmt.c \
	kernel/glob.c kernel/log.c kernel/main.c kernel/panic.c kernel/string.c
kernel-$(CONFIG_SELFTESTS) += kernel/ktest.c
kernel-$(CONFIG_SCREEN) += kernel/console/screen.c
kernel-$(CONFIG_FRAMEBUFFER) += kernel/console/framebuffer.c
kernel-$(CONFIG_VGA_TEXT) += kernel/console/vga_text.c

# The compiler must not turn memcpy()'s loop into a call of memcpy().
obj-flags-kernel/string.c := -fno-builtin $(if $(cc_is_clang),,-fno-tree-loop-distribute-patterns)
