/* SPDX-License-Identifier: MIT */
/*
 * The order in which the kernel starts: one screen, top to bottom. The stub has left us in 64-bit
 * mode on the bootstrap tables (arch/x86_64/boot/), interrupts masked.
 */
#include <arch/boot.h>
#include <arch/cpu_features.h>
#include <arch/exception.h>
#include <arch/pic.h>
#include <arch/serial.h>
#include <generated/version.h>
#include <kernel/address_space.h>
#include <kernel/boot_information.h>
#include <kernel/kbench.h>
#include <kernel/log.h>
#include <kernel/memory.h>
#include <kernel/monitor.h>
#include <kernel/options.h>
#include <kernel/panic.h>
#include <kernel/screen.h>
#include <kernel/selftest.h>
#include <mercator/physmap.h>

#include "../console/start_screen.h"
#include "steps.h"

void kernel_main(void);

/* Nothing reads modules, so they can be freed at once. */
static void release_modules(const struct options *options)
{
	if (!options->keep_modules)
		boot_modules_release();
	boot_memory_describe();
}

static bool run_commands(const struct options *options)
{
	if (!options->run)
		return true;
	if (IS_ENABLED(CONFIG_MONITOR))
		return monitor_run(options->commands);
	log_error("this kernel is built without the monitor (CONFIG_MONITOR)");
	return false;
}

/* Run all that the command line asks for, or nothing if it is not valid. */
static bool run(const struct options *options)
{
	bool passed;

	if (!options->make_sense) {
		log_error("nothing of what the command line asks for was run");
		if (IS_ENABLED(CONFIG_SCREEN))
			screen_banner(false, "FAILED: the command line makes no sense");
		return false;
	}
	passed = selftest_run(options);
	passed = kbench_run(options) && passed;
	if (options->dump_tables)
		dump_tables();
	return run_commands(options) && passed;
}

void kernel_main(void)
{
	const struct options *options;
	const struct bootinfo *info;
	bool passed;

	if (IS_ENABLED(CONFIG_SERIAL) && serial_init())
		log_attach(&serial_console);
	log_info("Mercator " VERSION);

	descriptors_init();
	exceptions_init();
	pic_mask();
	cpu_features_init();
	mc_physmap_set_reach(boot_handover.reach);

	info = boot_information_init();
	options = options_init(info);
	finish_configure(options->way_out);
	start_screen(info);
	describe_machine(info);
	memory_init(info);
	paging_init();
	paging_describe();
	release_modules(options);

	passed = run(options);
	if (IS_ENABLED(CONFIG_MONITOR) && options->way_out == STAY)
		monitor_prompt();
	finish(passed);
}
