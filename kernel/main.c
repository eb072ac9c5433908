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
#include <mercator/boot_information.h>
#include <mercator/boot_memory.h>
#include <mercator/command_line.h>
#include <mercator/describe.h>
#include <mercator/dump.h>
#include <mercator/finish.h>
#include <mercator/kbench.h>
#include <mercator/log.h>
#include <mercator/memory.h>
#include <mercator/monitor.h>
#include <mercator/options.h>
#include <mercator/paging.h>
#include <mercator/physmap.h>
#include <mercator/selftest.h>
#include <mercator/string.h>

#include "start_screen.h"

void kernel_main(void);

static void dump_if_asked(const char *command_line)
{
	char what[16];

	if (!command_line_find(command_line, "dump", what, sizeof(what)))
		return;
	if (strcmp(what, "tables") == 0)
		dump_tables();
	else
		log_warn("dump=%s is not known; dump=tables is", what);
}

/* Nothing here reads modules, so they have no user whose end were to be waited for. */
static void release_modules(const char *command_line)
{
	char what[8];

	if (!command_line_find(command_line, "modules", what, sizeof(what)))
		boot_modules_release();
	else if (strcmp(what, "keep") != 0)
		log_warn("modules=%s is not known; modules=keep is", what);
	boot_memory_describe();
}

static bool run_commands(const char *command_line)
{
	char what[8];

	if (IS_ENABLED(CONFIG_MONITOR))
		return monitor_run(command_line);
	if (command_line_find(command_line, "run", what, sizeof(what)))
		log_error("this kernel is built without the monitor (CONFIG_MONITOR)");
	return true;
}

void kernel_main(void)
{
	const struct bootinfo *info;
	bool passed;

	if (IS_ENABLED(CONFIG_SERIAL) && serial_init())
		log_attach(&serial_console);
	log_info("Mercator " VERSION);

	descriptors_init();
	exceptions_init();
	pic_mask();
	cpu_features_init();
	physmap_set_reach(boot_handover.reach);

	info = boot_information_init();
	options_init(info->command_line);
	finish_configure(info->command_line);
	start_screen(info);
	describe_machine(info);
	memory_init(info);
	paging_init();
	paging_describe();
	release_modules(info->command_line);

	passed = selftest_run(info->command_line);
	passed = kbench_run(info->command_line) && passed;
	dump_if_asked(info->command_line);
	passed = run_commands(info->command_line) && passed;
	if (IS_ENABLED(CONFIG_MONITOR) && !finish_leaves())
		monitor_prompt();
	finish(passed);
}
