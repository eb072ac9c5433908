/* SPDX-License-Identifier: MIT */
/*
 * Whether a struct bootinfo keeps what kernel/boot_information.h promises. It reads every byte that the
 * structure offers, so that a sanitizer sees a promise that memory does not keep.
 */
#ifndef TESTS_BOOTINFO_CHECK_H
#define TESTS_BOOTINFO_CHECK_H

#include <kernel/boot_information.h>

/* NULL, or what is wrong. */
const char *bootinfo_check(const struct bootinfo *info);

#endif
