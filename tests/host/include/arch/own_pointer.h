/* SPDX-License-Identifier: MIT */
/* The host's stand-in: such addresses are translated by the machine of the tests (tests/host/). */
#ifndef ARCH_OWN_POINTER_H
#define ARCH_OWN_POINTER_H

#include <mercator/types.h>

void *own_pointer(virt_addr_t address);

#endif
