/* SPDX-License-Identifier: MIT */
/* The claims: each part adds its rows, named "method.what". */
#ifndef CLAIMS_CLAIMS_H
#define CLAIMS_CLAIMS_H

#include <stdint.h>

__attribute__((format(printf, 3, 4))) void claim(double value, const char *unit, const char *name,
						 ...);

void claim_setup(void);         /* setup.c: page tables, addresses, exposed memory */
void claim_touched(void);       /* touched.c: cache lines and pages that an operation touches */
void claim_invalidations(void); /* invalidations.c */

#endif
