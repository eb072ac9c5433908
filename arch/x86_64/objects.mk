# SPDX-License-Identifier: MIT
kernel-y += arch/x86_64/boot/multiboot2.c
