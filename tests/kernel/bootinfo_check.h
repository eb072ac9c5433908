/* SPDX-License-Identifier: MIT */
/*
 * Check that a struct bootinfo keeps what kernel/boot_information.h promises. It reads every byte
 * that the structure offers, so that a sanitizer finds bytes that are not there.
 */
#ifndef TESTS_BOOTINFO_CHECK_H
#define TESTS_BOOTINFO_CHECK_H

#include <kernel/boot_information.h>

/* NULL, or what is wrong. */
const char *bootinfo_check(const struct bootinfo *info);

#endif
