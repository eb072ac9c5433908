/* SPDX-License-Identifier: MIT */
/* `cpu` and `memmap`: the machine. */
#include <arch/cpu_features.h>
#include <kernel/boot_information.h>
#include <kernel/log.h>
#include <kernel/memory.h>
#include <kernel/units.h>
#include <mercator/platform.h>

#include "commands.h"

struct bit_name {
	uint64_t bit;
	const char *name;
};

#define NAMES_TEXT 96

static void show_register(const char *name, uint64_t value, const struct bit_name *bits,
			  size_t count)
{
	char text[NAMES_TEXT];
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && length < sizeof(text); i++)
		if (value & bits[i].bit)
			length += fmt_print(text + length, sizeof(text) - length, " %s",
					    bits[i].name);
	say("  %-5s %016lx %s", name, value, text);
}

static void show_registers(void)
{
	static const struct bit_name cr0[] = {
		{ CR0_PE, "PE" }, { CR0_MP, "MP" }, { CR0_ET, "ET" },
		{ CR0_NE, "NE" }, { CR0_WP, "WP" }, { CR0_PG, "PG" }
	};
	static const struct bit_name cr4[] = {
		{ CR4_PAE, "PAE" }, { CR4_MCE, "MCE" }, { CR4_PGE, "PGE" }, { CR4_LA57, "LA57" }
	};
	static const struct bit_name efer[] = { { EFER_LME, "LME" },
						{ EFER_LMA, "LMA" },
						{ EFER_NXE, "NXE" } };
	const struct mc_root root = mc_active_root();
	char text[NAMES_TEXT];

	show_register("CR0", read_cr0(), cr0, ARRAY_SIZE(cr0));
	fmt_print(text, sizeof(text), "root at %#lx", mc_phys_raw(root.table));
	say("  %-5s %016lx  %s", "CR3", read_cr3(), text);
	show_register("CR4", read_cr4(), cr4, ARRAY_SIZE(cr4));
	show_register("EFER", read_msr(MSR_EFER), efer, ARRAY_SIZE(efer));
	say("  %-5s %016lx  0, 4 WB; 1, 5 WT; 2, 6 WC; 3, 7 UC", "PAT", read_msr(MSR_PAT));
}

static enum command_result run_cpu(unsigned int count, const char *const *arguments)
{
	const struct cpu_features *cpu = cpu_features();
	char size[SIZE_TEXT_MAX];

	(void)count;
	(void)arguments;
	say("%s %s%s%s", cpu->vendor, cpu->brand, *cpu->hypervisor ? ", under " : "",
	    cpu->hypervisor);
	say("  physical addresses %u bits (%s), virtual %u of %u bits", cpu->physical_bits,
	    describe_size(size, cpu_physical_limit()), mc_active_root().levels == 5 ? 57 : 48,
	    cpu->levels_5 ? 57 : 48);
	say("  pages of 4 KiB, 2 MiB%s; %u levels%s; global pages: %s",
	    cpu->pages_1gib ? ", 1 GiB" : "", mc_active_root().levels,
	    cpu->levels_5 && mc_active_root().levels == 4 ? " (5 are possible)" : "",
	    cpu->global_pages ? "yes" : "no");
	show_registers();
	return COMMAND_OK;
}

const struct command cpu_command = {
	.name = "cpu",
	.arguments = "",
	.summary = "what the CPU has for paging",
	.text = "Registers, with the names of the bits that are set (Intel SDM 3, 2.2 and 2.5).\n",
	.run = run_cpu,
};

static void show_memory(uint64_t start, uint64_t end, const char *name, uint32_t number)
{
	char size[SIZE_TEXT_MAX], type[16] = "";

	if (number)
		fmt_print(type, sizeof(type), " (%u)", number);
	say("  %012lx-%012lx %10s  %s%s", start, end, describe_size(size, end - start), name, type);
}

static enum command_result run_memmap(unsigned int count, const char *const *arguments)
{
	const struct bootinfo *info = boot_information();
	const struct mc_memmap_range *ranges;
	size_t nr_ranges;

	(void)count;
	(void)arguments;
	say("firmware says:");
	for (size_t i = 0; i < info->nr_memory_entries; i++) {
		const struct bootinfo_memory_entry entry = bootinfo_memory_entry(info, i);
		const struct mc_memmap_range range =
			mc_memmap_from_length(entry.base, entry.length, entry.type);

		show_memory(range.start, range.end, mc_memmap_type_name(range.type), entry.type);
	}
	ranges = memory_ranges(&nr_ranges);
	say("left for the frame allocator, once the kernel has taken what it needed to start:");
	for (size_t i = 0; i < nr_ranges; i++)
		show_memory(ranges[i].start, ranges[i].end, "usable", 0);
	return COMMAND_OK;
}

const struct command memmap_command = {
	.name = "memmap",
	.arguments = "",
	.summary = "memory, as firmware describes it",
	.text = "Physical addresses, with the type's number as firmware gave it (ACPI 6.5, 15.1).\n",
	.run = run_memmap,
};
