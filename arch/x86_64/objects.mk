# SPDX-License-Identifier: MIT
kernel-y += arch/x86_64/boot/header.asm arch/x86_64/boot/stub.asm arch/x86_64/boot/tables.asm \
	arch/x86_64/boot/stop.asm
kernel-y += arch/x86_64/cpu/cpu_features.c arch/x86_64/cpu/descriptors.c \
	arch/x86_64/cpu/exception.c arch/x86_64/cpu/vectors.asm
kernel-y += $(patsubst %,arch/x86_64/drivers/%.c,acpi pic vga_cursor)
kernel-$(CONFIG_MONITOR) += arch/x86_64/drivers/acpi_power.c arch/x86_64/drivers/keyboard.c
kernel-$(CONFIG_SERIAL) += arch/x86_64/drivers/serial.c
kernel-y += arch/x86_64/boot/multiboot2.c
