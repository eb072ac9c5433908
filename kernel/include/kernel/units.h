/* SPDX-License-Identifier: MIT */
/* Sizes and multiples: mm's, which its public face has not, for the sake of kernels that have others. */
#ifndef KERNEL_UNITS_H
#define KERNEL_UNITS_H

#include "../../../mm/units.h"

#endif
