/* SPDX-License-Identifier: MIT */
/* Sizes and multiples: mm's, which are not in its public face. */
#ifndef KERNEL_UNITS_H
#define KERNEL_UNITS_H

#include "../../../mm/units.h"

#endif
