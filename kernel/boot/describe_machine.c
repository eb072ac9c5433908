/* SPDX-License-Identifier: MIT */
/* What the kernel found at start, for people. */
#include <arch/cpu.h>
#include <arch/cpu_features.h>
#include <kernel/log.h>

#include "steps.h"

static const char *yes_no(bool value)
{
	return value ? "yes" : "no";
}

static void describe_cpu(void)
{
	const struct cpu_features *cpu = cpu_features();

	log_info("CPU: %s %s%s%s", cpu->vendor, cpu->brand, *cpu->hypervisor ? ", under " : "",
		 cpu->hypervisor);
	log_info("CPU: %u physical address bits, 1 GiB pages %s, 5 levels %s, global pages %s",
		 cpu->physical_bits, yes_no(cpu->pages_1gib), yes_no(cpu->levels_5),
		 yes_no(cpu->global_pages));
}

void describe_machine(const struct bootinfo *info)
{
	struct bootinfo_module module;
	size_t cursor = 0;

	log_info("loader: %s", *info->loader_name ? info->loader_name : "it gives no name");
	log_info("command line: %s", info->command_line);
	while (bootinfo_next_module(info, &cursor, &module))
		log_info("module: %#lx-%#lx %s", mc_phys_raw(module.start), mc_phys_raw(module.end),
			 module.command_line);
	describe_cpu();
	log_debug("cr0 %#lx, cr3 %#lx, cr4 %#lx, efer %#lx, pat %#lx", read_cr0(), read_cr3(),
		  read_cr4(), read_msr(MSR_EFER), read_msr(MSR_PAT));
}
