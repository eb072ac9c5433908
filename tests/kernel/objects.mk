# SPDX-License-Identifier: MIT
kernel-$(CONFIG_SELFTESTS) += tests/kernel/fmt_test.c tests/kernel/string_test.c
kernel-$(CONFIG_SELFTESTS) += tests/kernel/exception_test.c tests/kernel/command_line_test.c
