/* SPDX-License-Identifier: MIT */
/* Shared by the files of the descriptor tables. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdint.h>

/* Interrupt stack table: which stack an exception gets; 0 is the current one. */
enum ist {
	IST_NONE,
	IST_DOUBLE_FAULT,
	IST_NMI,
	IST_MACHINE_CHECK,
};

/* The operand of LGDT and LIDT. */
struct descriptor_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

#endif
