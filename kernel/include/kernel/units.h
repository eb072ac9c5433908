/* SPDX-License-Identifier: MIT */
/* Sizes and multiples: mm's, whose header is not public because other kernels have their own. */
#ifndef KERNEL_UNITS_H
#define KERNEL_UNITS_H

#include "../../../mm/units.h"

#endif
