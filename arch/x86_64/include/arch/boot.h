/* SPDX-License-Identifier: MIT */
/*
 * What the 32-bit stub passes to C, and the addresses that the linker script defines. Constants
 * here reach NASM through asm-constants.c.
 */
#ifndef ARCH_BOOT_H
#define ARCH_BOOT_H

#include <mercator/types.h>

/* Multiboot2 specification, 3.1 (header) and 3.3 (machine state). */
#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6
#define MULTIBOOT2_LOADER_MAGIC 0x36d76289

/* The stub maps the image with this many PTs; the linker script checks that it fits. */
#define BOOT_KERNEL_TABLES 4
#define BOOT_KERNEL_REACH  (BOOT_KERNEL_TABLES * UINT64_C(0x200000))

/* Stacks, each above a guard page that the stub leaves absent. */
enum boot_stack_index {
	STACK_BOOT,
	STACK_DOUBLE_FAULT,
	STACK_NMI,
	STACK_MACHINE_CHECK,
	NR_STACKS,
};

#define STACK_GUARD_SIZE 0x1000
#define STACK_SIZE       0x4000

struct stack {
	uint8_t guard[STACK_GUARD_SIZE];
	uint8_t bytes[STACK_SIZE];
};

extern struct stack boot_stacks[NR_STACKS];

/* Written by the stub before it enters kernel_main(). */
struct boot_handover {
	uint32_t information; /* physical address of the Multiboot2 information */
	uint32_t levels;      /* of paging: 4 or 5 */
	uint64_t root;        /* physical address of the bootstrap root table */
	uint64_t reach;       /* physical addresses below this are in the bootstrap physical map */
};

extern struct boot_handover boot_handover;

/* Bounds from the linker script. */
extern char boot_start[], boot_end[]; /* physical: the stub's code and data */
extern char kernel_start[], kernel_end[];
extern char text_start[], text_end[], rodata_start[], rodata_end[], data_start[];
extern char boot_tables_start[], boot_tables_end[];

#endif
