/* SPDX-License-Identifier: MIT */
/*
 * Suite "stub": the state that the 32-bit stub and the first lines of C leave behind. Registers are
 * compared whole: a bit that the loader had set is a failure.
 */
#include <arch/boot.h>
#include <arch/cpu_features.h>
#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/ktest.h>
#include <kernel/units.h>
#include <mercator/platform.h>

#define RFLAGS_ARITHMETIC UINT64_C(0x8d5) /* CF PF AF ZF SF OF */

struct descriptor_table {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static bool in_kernel_image(uint64_t address)
{
	return address >= (uintptr_t)kernel_start && address < (uintptr_t)kernel_end;
}

KTEST(stub, cr0_is_written_whole)
{
	EXPECT_EQ(t, read_cr0(), KERNEL_CR0);
}

KTEST(stub, cr4_has_what_the_cpu_has_and_no_more)
{
	const struct cpu_features *cpu = cpu_features();
	uint64_t want = KERNEL_CR4;

	if (cpu->global_pages)
		want |= CR4_PGE;
	if (cpu->machine_check)
		want |= CR4_MCE;
	if (IS_ENABLED(CONFIG_LA57) && cpu->levels_5)
		want |= CR4_LA57;
	EXPECT_EQ(t, read_cr4(), want);
}

KTEST(stub, efer_is_written_whole)
{
	EXPECT_EQ(t, read_msr(MSR_EFER), KERNEL_EFER | EFER_LMA);
}

KTEST(stub, pat_has_its_final_value)
{
	EXPECT_EQ(t, read_msr(MSR_PAT), KERNEL_PAT);
	EXPECT_EQ(t, KERNEL_PAT, UINT64_C(0x0001040600010406));
}

KTEST(stub, paging_mode_is_the_one_configured_and_possible)
{
	bool five = IS_ENABLED(CONFIG_LA57) && cpu_features()->levels_5;
	struct mc_root root = mc_active_root();

	EXPECT_EQ(t, root.levels, five ? 5 : 4);
	EXPECT_EQ(t, boot_handover.levels, root.levels);
}

KTEST(stub, segments)
{
	uint16_t cs, ds, es, fs, gs, ss, tr;

	__asm__ volatile("mov %%cs, %0" : "=r"(cs));
	__asm__ volatile("mov %%ds, %0" : "=r"(ds));
	__asm__ volatile("mov %%es, %0" : "=r"(es));
	__asm__ volatile("mov %%fs, %0" : "=r"(fs));
	__asm__ volatile("mov %%gs, %0" : "=r"(gs));
	__asm__ volatile("mov %%ss, %0" : "=r"(ss));
	__asm__ volatile("str %0" : "=r"(tr));
	EXPECT_EQ(t, cs, SELECTOR_CODE64);
	EXPECT_EQ(t, ss, SELECTOR_DATA);
	EXPECT_EQ(t, tr, SELECTOR_TSS);
	EXPECT_EQ(t, ds | es | fs | gs, 0);
}

KTEST(stub, descriptor_tables_are_our_own)
{
	struct descriptor_table gdt, idt;

	__asm__ volatile("sgdt %0" : "=m"(gdt));
	__asm__ volatile("sidt %0" : "=m"(idt));
	EXPECT_TRUE(t, in_kernel_image(gdt.base));
	EXPECT_TRUE(t, in_kernel_image(idt.base));
	EXPECT_EQ(t, gdt.limit, SELECTOR_TSS + 16 - 1);
	EXPECT_EQ(t, idt.limit, 32 * 16 - 1);
}

KTEST(stub, no_flag_is_set_but_those_of_arithmetic)
{
	EXPECT_EQ(t, read_rflags() & ~RFLAGS_ARITHMETIC, RFLAGS_FIXED);
}

KTEST(stub, reach_is_as_far_as_the_cpu_allows)
{
	const struct cpu_features *cpu = cpu_features();
	uint64_t limit = cpu_physical_limit();
	uint64_t want = GIB(4);

	if (cpu->pages_1gib)
		want = limit < GIB(512) ? limit : GIB(512);
	EXPECT_EQ(t, boot_handover.reach, want);
}
