# SPDX-License-Identifier: MIT
kernel-$(CONFIG_SELFTESTS) += tests/kernel/fmt_test.c tests/kernel/string_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/memmap_model.c tests/kernel/memmap_property_test.c \
	tests/kernel/memmap_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/bootinfo_check.c tests/kernel/multiboot2_builder.c \
	tests/kernel/multiboot2_test.c
