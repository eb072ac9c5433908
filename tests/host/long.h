/* SPDX-License-Identifier: MIT */
/* For long tests: a part of each runs in make check, the whole in make check-long. */
#ifndef TESTS_HOST_LONG_H
#define TESTS_HOST_LONG_H

#include <stdbool.h>
#include <stdlib.h>

/* Whether the whole is asked for: LONG is in the environment. */
static inline bool host_long(void)
{
	return getenv("LONG") != NULL;
}

#endif
