/* SPDX-License-Identifier: MIT */
/* `peek` and `poke`: access memory with ordinary instructions. A fault is only reported. */
#include <arch/exception.h>

#include "commands.h"
#include "experiment.h"

#define WORD     sizeof(uint64_t)
#define PEEK_MAX 64 /* words */
#define ROW      2  /* words in a row */

typedef volatile uint64_t __attribute__((aligned(1))) any_word;

struct access {
	mc_virt_addr_t address;
	uint64_t value;
};

static void read_word(void *context)
{
	struct access *access = context;

	access->value = *(any_word *)mc_virt_ptr(access->address);
}

static void write_word(void *context)
{
	struct access *access = context;

	*(any_word *)mc_virt_ptr(access->address) = access->value;
}

/* The error code of a page fault, in words (SDM 3, 4.7). */
static void show_page_fault(const struct fault *fault)
{
	const uint64_t code = fault->error_code;

	say("%s, error code %#lx: %s, by the %s, %s%s", exception_name(fault->vector), code,
	    code & PF_FETCH   ? "a fetch"
	    : code & PF_WRITE ? "a write"
			      : "a read",
	    code & PF_USER ? "user" : "kernel",
	    code & PF_PRESENT ? "which the page's rights forbid" : "where no page is present",
	    code & PF_RESERVED ? ", with a reserved bit set in an entry" : "");
	say("CR2 %#lx, RIP %#lx", fault->address, fault->rip);
	walk_show(mc_virt_addr(fault->address));
}

static enum command_result show_fault(const struct fault *fault, mc_virt_addr_t address)
{
	if (fault->vector == EXCEPTION_PF) {
		show_page_fault(fault);
		return COMMAND_FAILED;
	}
	say("%s, error code %#lx, RIP %#lx", exception_name(fault->vector), fault->error_code,
	    fault->rip);
	walk_show(address);
	return COMMAND_FAILED;
}

static enum command_result run_peek(unsigned int count, const char *const *arguments)
{
	uint64_t address, nr_words = 1;
	char row[64];
	size_t length = 0;

	if (!command_number(arguments[0], "an address", &address) ||
	    (count > 1 && !command_number(arguments[1], "a number of words", &nr_words)))
		return COMMAND_MISUSED;
	if (!nr_words || nr_words > PEEK_MAX) {
		log_error("peek: 1 to %u words", PEEK_MAX);
		return COMMAND_MISUSED;
	}
	for (uint64_t i = 0; i < nr_words; i++) {
		struct access access = { .address = mc_virt_addr(address + i * WORD) };
		struct fault fault;

		if (fault_catch(read_word, &access, &fault)) {
			if (length)
				say("%s", row);
			return show_fault(&fault, access.address);
		}
		if (!length)
			length =
				fmt_print(row, sizeof(row), "%016lx ", mc_virt_raw(access.address));
		length += fmt_print(row + length, sizeof(row) - length, " %016lx", access.value);
		if (i % ROW == ROW - 1 || i + 1 == nr_words) {
			say("%s", row);
			length = 0;
		}
	}
	return COMMAND_OK;
}

const struct command peek_command = {
	.name = "peek",
	.arguments = "ADDRESS [WORDS]",
	.summary = "read memory, 8 bytes a word",
	.text = "Any address may be tried: a fault is shown, with the walk of the address.\n",
	.least = 1,
	.most = 2,
	.run = run_peek,
};

static enum command_result run_poke(unsigned int count, const char *const *arguments)
{
	struct access access;
	struct fault fault;
	uint64_t address;

	(void)count;
	if (!command_number(arguments[0], "an address", &address) ||
	    !command_number(arguments[1], "a number", &access.value))
		return COMMAND_MISUSED;
	access.address = mc_virt_addr(address);
	if (!experiment_allows(access.address, WORD, monitor_space()->root.levels)) {
		log_error("poke: only what `map` maps, from %#lx up to %#lx, is yours to write",
			  EXPERIMENTS_START,
			  mc_pt_span(monitor_space()->root.levels) * MC_PT_ENTRIES / 2);
		return COMMAND_FAILED;
	}
	if (fault_catch(write_word, &access, &fault))
		return show_fault(&fault, access.address);
	say("%016lx  %016lx", address, access.value);
	return COMMAND_OK;
}

const struct command poke_command = {
	.name = "poke",
	.arguments = "ADDRESS VALUE",
	.summary = "write 8 bytes of what you mapped",
	.text = "Where nothing is mapped, or only for reading, it faults: that is shown, with the\n"
		"walk of the address.\n",
	.least = 2,
	.most = 2,
	.run = run_poke,
};
