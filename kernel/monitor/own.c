/* SPDX-License-Identifier: MIT */
/* `alloc` and `free`: physical memory for experiments (experiment.h). */
#include <kernel/log.h>
#include <kernel/memory.h>
#include <kernel/string.h>
#include <kernel/units.h>

#include "commands.h"
#include "experiment.h"

static struct own_block blocks[OWN_BLOCKS_MAX];
static size_t nr_blocks;
static struct own_block last;

const struct own_block *own_find(mc_phys_addr_t physical, uint64_t size)
{
	return own_find_in(blocks, nr_blocks, physical, size);
}

bool own_parse(const char *text, mc_phys_addr_t *physical)
{
	uint64_t address;

	if (strcmp(text, "last") == 0) {
		if (!last.count) {
			log_error("nothing was allocated yet: `alloc` does that");
			return false;
		}
		*physical = mc_phys_of_pfn(last.start);
		return true;
	}
	if (!command_number(text, "a physical address, nor `last`", &address))
		return false;
	*physical = mc_phys_addr(address);
	return true;
}

/* The alignment of a block of `count` frames: the largest page that it can use, in frames. */
static uint64_t alignment(uint64_t count)
{
	uint64_t align = 1;

	for (unsigned int level = 2; level <= MC_PT_LEAF_MAX; level++)
		if (count >= mc_pt_span(level) / MC_FRAME_SIZE)
			align = mc_pt_span(level) / MC_FRAME_SIZE;
	return align;
}

static enum command_result allocate(uint64_t count)
{
	char size[SIZE_TEXT_MAX];
	mc_pfn_t start;
	int error;

	if (nr_blocks == OWN_BLOCKS_MAX) {
		log_error("alloc: %u blocks are the most: `free` one", OWN_BLOCKS_MAX);
		return COMMAND_FAILED;
	}
	error = mc_frame_alloc_run(kernel_frames(), count, alignment(count), UINT64_MAX, &start);
	if (error) {
		log_error("alloc: %s", mc_error_text(error));
		return COMMAND_FAILED;
	}
	for (uint64_t i = 0; i < count; i++)
		memset(frame_bytes(start + i), 0, MC_FRAME_SIZE);
	last = (struct own_block){ start, count };
	blocks[nr_blocks++] = last;
	say("%s of zeros at physical %#lx", describe_size(size, count * MC_FRAME_SIZE),
	    start * MC_FRAME_SIZE);
	return COMMAND_OK;
}

static enum command_result run_alloc(unsigned int count, const char *const *arguments)
{
	uint64_t size = MC_FRAME_SIZE;

	if (count && !command_number(arguments[0], "a size", &size))
		return COMMAND_MISUSED;
	if (!size || !is_aligned(size, MC_FRAME_SIZE)) {
		log_error("alloc: the size must be a multiple of 4K");
		return COMMAND_MISUSED;
	}
	return allocate(size / MC_FRAME_SIZE);
}

const struct command alloc_command = {
	.name = "alloc",
	.arguments = "[SIZE]",
	.summary = "take physical memory, in a row",
	.text = "SIZE is a multiple of 4K, such as 64K or 2M. From 2M on the memory is aligned for\n"
		"2 MiB pages, from 1G on for 1 GiB pages. Other commands know it as `last`, too.\n",
	.most = 1,
	.run = run_alloc,
};

/* Whether any address space still maps the block: its next owner would share it. */
static bool is_mapped(const struct own_block *block)
{
	mc_virt_addr_t address;

	for (unsigned int i = 0; i < SPACES_MAX; i++) {
		const struct mc_space *space = monitor_space_number(i);

		if (!space || !experiment_maps(space, block, &address))
			continue;
		log_error("free: it is mapped at %#lx in space %u: `unmap` it first",
			  mc_virt_raw(address), i);
		return true;
	}
	return false;
}

static enum command_result run_free(unsigned int count, const char *const *arguments)
{
	const struct own_block *block;
	char size[SIZE_TEXT_MAX];
	mc_phys_addr_t physical;
	int error;

	(void)count;
	if (!own_parse(arguments[0], &physical))
		return COMMAND_MISUSED;
	block = own_find(physical, 1);
	if (!block || block->start != mc_phys_pfn(physical) ||
	    !is_aligned(mc_phys_raw(physical), MC_FRAME_SIZE)) {
		log_error("free: no block that `alloc` gave begins at %#lx", mc_phys_raw(physical));
		return COMMAND_FAILED;
	}
	if (is_mapped(block))
		return COMMAND_FAILED;
	error = mc_frame_free_run(kernel_frames(), block->start, block->count, NULL);
	if (error) {
		log_error("free: %s", mc_error_text(error));
		return COMMAND_FAILED;
	}
	say("%s at physical %#lx are free again", describe_size(size, block->count * MC_FRAME_SIZE),
	    mc_phys_raw(physical));
	if (last.start == block->start)
		last.count = 0;
	blocks[block - blocks] = blocks[--nr_blocks];
	return COMMAND_OK;
}

const struct command free_command = {
	.name = "free",
	.arguments = "PHYSICAL",
	.summary = "give back what alloc took",
	.text = "PHYSICAL is what alloc printed, or `last`. Memory that is still mapped stays.\n",
	.least = 1,
	.most = 1,
	.run = run_free,
};
