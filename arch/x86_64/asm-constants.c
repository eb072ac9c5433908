/* SPDX-License-Identifier: MIT */
/*
 * Constants of the C headers for NASM and the linker script: this file is only compiled to
 * assembly, and each `CONSTANT name value` in the result becomes a %define.
 */
#include <arch/boot.h>
#include <arch/layout.h>
#include <arch/registers.h>
#include <mercator/pt_format.h>

void asm_constants(void);

#define CONSTANT(name, value)                                                                      \
	__asm__ volatile("\n.ascii \"CONSTANT " #name " %0\"" : : "i"((int64_t)(value)))
/* Not through CONSTANT: a passed-on argument is expanded before # makes it text. */
#define SAME(name) __asm__ volatile("\n.ascii \"CONSTANT " #name " %0\"" : : "i"((int64_t)(name)))

void asm_constants(void)
{
	SAME(MULTIBOOT2_HEADER_MAGIC);
	SAME(MULTIBOOT2_LOADER_MAGIC);

	SAME(KERNEL_CR0);
	SAME(KERNEL_CR4);
	SAME(KERNEL_EFER);
	SAME(KERNEL_PAT);
	SAME(CR4_PGE);
	SAME(CR4_LA57);
	SAME(MSR_EFER);
	SAME(MSR_PAT);
	SAME(RFLAGS_FIXED);
	SAME(RFLAGS_ID);

	SAME(CPUID_FEATURES);
	SAME(CPUID_1_EDX_MSR);
	SAME(CPUID_1_EDX_PAE);
	SAME(CPUID_1_EDX_PGE);
	SAME(CPUID_1_EDX_CMOV);
	SAME(CPUID_1_EDX_PAT);
	SAME(CPUID_STRUCTURED);
	SAME(CPUID_7_ECX_LA57);
	SAME(CPUID_EXT_MAX);
	SAME(CPUID_EXT_FEATURES);
	SAME(CPUID_E1_EDX_NX);
	SAME(CPUID_E1_EDX_1GIB);
	SAME(CPUID_E1_EDX_LM);
	SAME(CPUID_EXT_ADDRESS);
	SAME(MAXPHYADDR_DEFAULT);

	SAME(SELECTOR_CODE64);
	SAME(SELECTOR_DATA);
	SAME(DESCRIPTOR_CODE64);
	SAME(DESCRIPTOR_DATA);

	SAME(MC_FRAME_SIZE);
	SAME(MC_PT_ENTRY_SIZE);
	SAME(MC_PT_ENTRIES);
	SAME(MC_PT_P);
	SAME(MC_PT_W);
	SAME(MC_PT_A);
	SAME(MC_PT_D);
	SAME(MC_PT_PS);
	SAME(MC_PT_G);
	SAME(MC_PT_TABLE_FLAGS);
	CONSTANT(PT_NX_HIGH, MC_PT_NX >> 32);

	SAME(KERNEL_BASE);
	SAME(KERNEL_SLOT);
	CONSTANT(KERNEL_PDPT_INDEX, mc_pt_index(mc_virt_addr(KERNEL_BASE), 3));
	CONSTANT(KERNEL_PD_INDEX, mc_pt_index(mc_virt_addr(KERNEL_BASE), 2));
	SAME(PHYSMAP_BASE); /* these two for scripts/gdb */
	SAME(PHYSMAP_SIZE);
	CONSTANT(PHYSMAP_SLOT, CONFIG_PHYSMAP_SLOT);
#ifdef CONFIG_RECURSIVE
	CONSTANT(RECURSIVE_SLOT, CONFIG_RECURSIVE_SLOT);
#endif
	SAME(KERNEL_LOAD_ADDRESS);
	SAME(BOOT_KERNEL_TABLES);
	SAME(BOOT_KERNEL_REACH);
	SAME(NR_STACKS);
	SAME(STACK_BOOT);
	SAME(STACK_GUARD_SIZE);
	SAME(STACK_SIZE);
	CONSTANT(STACK_STRIDE, sizeof(struct stack));
	CONSTANT(HANDOVER_INFORMATION, offsetof(struct boot_handover, information));
	CONSTANT(HANDOVER_LEVELS, offsetof(struct boot_handover, levels));
	CONSTANT(HANDOVER_ROOT, offsetof(struct boot_handover, root));
	CONSTANT(HANDOVER_REACH, offsetof(struct boot_handover, reach));
	CONSTANT(HANDOVER_SIZE, sizeof(struct boot_handover));
}
