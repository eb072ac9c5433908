/* SPDX-License-Identifier: MIT */
#include <arch/boot.h>
#include <arch/cpu_features.h>
#include <arch/exception.h>
#include <arch/serial.h>
#include <mercator/describe.h>
#include <mercator/finish.h>
#include <mercator/ktest.h>
#include <mercator/log.h>
#include <mercator/physmap.h>

void kernel_main(void);

void kernel_main(void)
{
	struct ktest_options options = { .seed = 1 };

	if (serial_init())
		log_attach(&serial_console);
	cpu_features_init();
	descriptors_init();
	exceptions_init();
	physmap_set_reach(boot_handover.reach);
	log_info("Mercator");
	finish_configure("exit=isa-debug");
	finish(ktest_run_all(&options).nr_failed == 0);
}
