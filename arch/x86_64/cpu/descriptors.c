/* SPDX-License-Identifier: MIT */
/*
 * The kernel's GDT and TSS (SDM 3, 3.5 and 8.7). 64-bit code needs little: a segment for code, one
 * for data, and the TSS, with the stacks for exceptions that cannot use the current one.
 */
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/exception.h>

#include "descriptors.h"

#define TSS_TYPE_AVAILABLE UINT64_C(0x89) /* present, privilege 0, available 64-bit TSS */

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map_base;
} __attribute__((packed));

_Static_assert(sizeof(struct tss) == 104, "the CPU defines the TSS");

static struct tss tss;

static uint64_t gdt[5] = {
	[SELECTOR_CODE64 / 8] = DESCRIPTOR_CODE64,
	[SELECTOR_DATA / 8] = DESCRIPTOR_DATA,
};

static uint64_t stack_top(enum boot_stack_index index)
{
	return (uint64_t)(uintptr_t)(boot_stacks[index].bytes + STACK_SIZE);
}

static void load_gdt(void)
{
	struct descriptor_pointer pointer = { sizeof(gdt) - 1, (uint64_t)(uintptr_t)gdt };

	/* Reload CS by a far return. */
	__asm__ volatile("lgdt %0\n\t"
			 "pushq %1\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:\n\t"
			 "movl %2, %%eax\n\t"
			 "movl %%eax, %%ss"
			 :
			 : "m"(pointer), "i"(SELECTOR_CODE64), "i"(SELECTOR_DATA)
			 : "rax", "memory");
}

void descriptors_init(void)
{
	uint64_t base = (uint64_t)(uintptr_t)&tss;
	uint64_t limit = sizeof(tss) - 1;

	tss.ist[IST_DOUBLE_FAULT - 1] = stack_top(STACK_DOUBLE_FAULT);
	tss.ist[IST_NMI - 1] = stack_top(STACK_NMI);
	tss.ist[IST_MACHINE_CHECK - 1] = stack_top(STACK_MACHINE_CHECK);
	tss.io_map_base = sizeof(tss); /* no I/O permission bitmap */

	gdt[SELECTOR_TSS / 8] = limit | (base & 0xffffff) << 16 | TSS_TYPE_AVAILABLE << 40 |
				(base >> 24 & 0xff) << 56;
	gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
	load_gdt();
	__asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS));
}
