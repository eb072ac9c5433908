/* SPDX-License-Identifier: MIT */
/* `reboot` and `poweroff`: try one way after the other, and say so if none works. */
#include <arch/acpi_power.h>
#include <arch/cpu.h>
#include <arch/cpu_features.h>
#include <kernel/kernel_acpi.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "commands.h"

#define SLEEP_ENABLE     (1u << 13) /* SLP_EN of PM1_CNT (ACPI 6.5, 4.8.3.2.1) */
#define SLEEP_TYPE_SHIFT 10
#define SLEEP_TYPE_MASK  (7u << SLEEP_TYPE_SHIFT)
#define ACPI_IS_ON       (1u << 0) /* SCI_EN */

#define KEYBOARD_COMMAND 0x64
#define KEYBOARD_RESET   0xfe /* pulse the line that resets the CPU */

/* Long enough for firmware to turn ACPI on, and for power to go: a second or so. */
#define POLLS 1000000

/* Power-off ports of hypervisors, by CPUID's vendor. No other's port is touched. */
static const struct {
	const char *vendor;
	uint16_t port, value;
} virtual_ports[] = {
	{ "TCGTCGTCGTCG", 0x604, 0x2000 }, /* QEMU, PM1a_CNT of both of its PCs */
	{ "KVMKVMKVM", 0x604, 0x2000 },
	{ "VBoxVBoxVBox", 0x4004, 0x3400 },
};

/* CPUID does not show Bochs; but its message port reads as its own number. */
#define BOCHS_PORT 0xe9
#define BOCHS_OFF  0x8900

/* What ACPI says; all zero if nothing of it is usable. */
static struct acpi_power read_power(void)
{
	struct acpi_power power = { 0 };
	struct acpi acpi;
	int error = kernel_acpi(&acpi);

	if (!error)
		error = acpi_power_read(&acpi, &power);
	if (error)
		say("ACPI: %s", error == MC_ERR_FORMAT ? "its tables are broken" : "none");
	return power;
}

static void wait(void)
{
	for (unsigned int i = 0; i < POLLS; i++)
		port_read8(KEYBOARD_COMMAND);
}

static void enable_acpi(const struct acpi_power *power)
{
	if (!power->enable_port || !power->enable_value)
		return;
	port_write8(power->enable_port, power->enable_value);
	for (unsigned int i = 0; i < POLLS; i++)
		if (port_read16(power->control_a) & ACPI_IS_ON)
			return;
}

static void sleep(uint16_t control, uint8_t type)
{
	const uint16_t value = port_read16(control);

	port_write16(control,
		     (uint16_t)((value & ~SLEEP_TYPE_MASK) |
				(type << SLEEP_TYPE_SHIFT & SLEEP_TYPE_MASK) | SLEEP_ENABLE));
}

static void off_by_acpi(const struct acpi_power *power)
{
	if (!(port_read16(power->control_a) & ACPI_IS_ON))
		enable_acpi(power);
	sleep(power->control_a, power->sleep_a);
	if (power->control_b)
		sleep(power->control_b, power->sleep_b);
	wait();
}

static void off_by_hypervisor(void)
{
	static const char word[] = "Shutdown";

	for (size_t i = 0; i < ARRAY_SIZE(virtual_ports); i++) {
		if (strcmp(cpu_features()->hypervisor, virtual_ports[i].vendor) != 0)
			continue;
		say("powering off by %s's port", virtual_ports[i].vendor);
		port_write16(virtual_ports[i].port, virtual_ports[i].value);
		wait();
	}
	if (port_read8(BOCHS_PORT) != BOCHS_PORT)
		return;
	say("powering off by Bochs' port");
	for (size_t i = 0; i + 1 < sizeof(word); i++)
		port_write8(BOCHS_OFF, (uint8_t)word[i]);
	wait();
}

static enum command_result run_poweroff(unsigned int count, const char *const *arguments)
{
	const struct acpi_power power = read_power();

	(void)count;
	(void)arguments;
	if (power.has_off) {
		say("powering off by ACPI: S5 is type %u, at port %#x", power.sleep_a,
		    power.control_a);
		off_by_acpi(&power);
	}
	off_by_hypervisor();
	log_error("poweroff: this machine does not go off by any way that is known here");
	return COMMAND_FAILED;
}

const struct command poweroff_command = {
	.name = "poweroff",
	.arguments = "",
	.summary = "turn the machine off",
	.text = "By ACPI's S5, which is looked for in the DSDT but not interpreted, so that some\n"
		"machines have it and are not understood; else by the ports of QEMU, VirtualBox\n"
		"and Bochs. If nothing works, the prompt comes back.\n",
	.run = run_poweroff,
};

static enum command_result run_reboot(unsigned int count, const char *const *arguments)
{
	const struct acpi_power power = read_power();

	(void)count;
	(void)arguments;
	if (power.has_reset) {
		say("resetting by ACPI: %#x to port %#x", power.reset_value, power.reset_port);
		port_write8(power.reset_port, power.reset_value);
		wait();
	}
	say("resetting by the keyboard controller");
	port_write8(KEYBOARD_COMMAND, KEYBOARD_RESET);
	wait();
	say("resetting by a triple fault");
	cpu_triple_fault();
}

const struct command reboot_command = {
	.name = "reboot",
	.arguments = "",
	.summary = "reset the machine",
	.text = "By ACPI's reset register, else by the keyboard controller, else by a triple fault.\n",
	.run = run_reboot,
};
