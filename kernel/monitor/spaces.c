/* SPDX-License-Identifier: MIT */
/* `space`: address spaces besides the kernel's, which share its kernel half. */
#include <kernel/address_space.h>
#include <kernel/string.h>

#include "commands.h"
#include "experiment.h"

/* Number 0 is the kernel's, which is not kept here. */
static struct mc_space spaces[SPACES_MAX];
static bool is_made[SPACES_MAX];

struct mc_space *monitor_space_number(unsigned int number)
{
	if (number == 0)
		return kernel_space();
	return number < SPACES_MAX && is_made[number] ? &spaces[number] : NULL;
}

struct mc_space *monitor_space(void)
{
	struct mc_space *active = mc_space_active();

	return active ? active : kernel_space();
}

static enum command_result fail(int error)
{
	log_error("space: %s", mc_error_text(error));
	return COMMAND_FAILED;
}

static enum command_result list(void)
{
	for (unsigned int i = 0; i < SPACES_MAX; i++) {
		const struct mc_space *space = monitor_space_number(i);

		if (space)
			say("%s %u: root at %#lx, %lu tables%s",
			    space == monitor_space() ? "*" : " ", i, mc_phys_raw(space->root.table),
			    space->nr_tables, i ? " of its own" : ", the kernel's");
	}
	return COMMAND_OK;
}

static enum command_result make(void)
{
	unsigned int number = 1;
	int error;

	while (number < SPACES_MAX && is_made[number])
		number++;
	if (number == SPACES_MAX) {
		log_error("space: %u are the most", SPACES_MAX);
		return COMMAND_FAILED;
	}
	error = mc_space_share_kernel_half(kernel_space());
	if (!error)
		error = mc_space_create(&spaces[number], kernel_space());
	if (error)
		return fail(error);
	is_made[number] = true;
	say("space %u: root at %#lx, its lower half empty, its kernel half shared", number,
	    mc_phys_raw(spaces[number].root.table));
	return COMMAND_OK;
}

static enum command_result activate(unsigned int number)
{
	const int error = mc_space_activate(monitor_space_number(number));

	if (error)
		return fail(error);
	say("space %u is active: CR3 %#lx", number, mc_phys_raw(monitor_space()->root.table));
	return COMMAND_OK;
}

static enum command_result destroy(unsigned int number)
{
	const int error = number ? mc_space_destroy(&spaces[number]) : MC_ERR_BUSY;

	if (error)
		return fail(error);
	is_made[number] = false;
	say("space %u is gone, with its tables", number);
	return COMMAND_OK;
}

static enum command_result run_space(unsigned int count, const char *const *arguments)
{
	uint64_t number;

	if (!count)
		return list();
	if (count == 1 && strcmp(arguments[0], "new") == 0)
		return make();
	if (count != 2 ||
	    (strcmp(arguments[0], "switch") != 0 && strcmp(arguments[0], "destroy") != 0)) {
		log_error("space: new, switch NUMBER or destroy NUMBER");
		return COMMAND_MISUSED;
	}
	if (!command_number(arguments[1], "the number of a space", &number))
		return COMMAND_MISUSED;
	if (number >= SPACES_MAX || !monitor_space_number((unsigned int)number)) {
		log_error("space: there is no space %lu", number);
		return COMMAND_FAILED;
	}
	return strcmp(arguments[0], "switch") == 0 ? activate((unsigned int)number)
						   : destroy((unsigned int)number);
}

const struct command space_command = {
	.name = "space",
	.arguments = "[new | switch N | destroy N]",
	.summary = "address spaces",
	.text = "Without arguments: those that there are, with * before the active one. Number 0 is\n"
		"the kernel's. A new one has a lower half of its own, for experiments, and shares\n"
		"the kernel half. The other commands are about the one that is active.\n",
	.most = 2,
	.run = run_space,
};
