/* SPDX-License-Identifier: MIT */
/* Setting up, at start, what the kernel's paging needs beside the tables that the stub made. */
#ifndef MERCATOR_PAGING_H
#define MERCATOR_PAGING_H

/* Give this CPU its temporary page. Panics if its place is taken. */
void paging_init(void);

#endif
