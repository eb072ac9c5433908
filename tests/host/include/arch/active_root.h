/* SPDX-License-Identifier: MIT */
/* The host's stand-in: which tables the machine of the tests (tests/host/) translates by. */
#ifndef ARCH_ACTIVE_ROOT_H
#define ARCH_ACTIVE_ROOT_H

#include <mercator/walk.h>

struct root active_root(void);

#endif
