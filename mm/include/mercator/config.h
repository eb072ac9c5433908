/* SPDX-License-Identifier: MIT */
/*
 * The configuration, for C; the compiler includes this file before every source. `if
 * (IS_ENABLED(CONFIG_X))` is preferred to `#ifdef CONFIG_X`: the code is always compiled, and
 * dropped if the option is off.
 */
#ifndef MERCATOR_CONFIG_H
#define MERCATOR_CONFIG_H

#include <generated/autoconf.h>

/*
 * 1 if the option is on (Kconfig defines it as 1), else 0. The value is pasted to IS_ENABLED_. Only
 * IS_ENABLED_1 is a macro: it shifts a 1 into the second place.
 */
#define IS_ENABLED(option)                IS_ENABLED_PASTE(option)
#define IS_ENABLED_PASTE(value)           IS_ENABLED_SECOND(IS_ENABLED_##value 1, 0)
#define IS_ENABLED_SECOND(...)            IS_ENABLED_TAKE_SECOND(__VA_ARGS__, 0)
#define IS_ENABLED_TAKE_SECOND(a, b, ...) (b)
#define IS_ENABLED_1                      0,

#endif
