/* SPDX-License-Identifier: MIT */
/* Functions that do nothing (nothing.h). */
#include "nothing.h"

int nothing_map(struct space *space, virt_addr_t address, phys_addr_t physical, uint64_t size,
		struct attributes attributes, struct conflict *conflict)
{
	(void)space, (void)address, (void)physical, (void)size, (void)attributes, (void)conflict;
	return 0;
}

int nothing_unmap(struct space *space, virt_addr_t address, uint64_t size, struct tlb_batch *batch)
{
	(void)space, (void)address, (void)size, (void)batch;
	return 0;
}

int nothing_protect(struct space *space, virt_addr_t address, uint64_t size,
		    struct attributes attributes, struct tlb_batch *batch,
		    struct conflict *conflict)
{
	(void)space, (void)address, (void)size, (void)attributes, (void)batch, (void)conflict;
	return 0;
}

int nothing_translate(const struct space *space, virt_addr_t address,
		      struct translation *translation)
{
	(void)space, (void)address, (void)translation;
	return 0;
}

int nothing_translate_address(const struct space *space, virt_addr_t address, phys_addr_t *physical)
{
	(void)space, (void)address, (void)physical;
	return 0;
}

int nothing_cursor_map(struct cursor *cursor, unsigned int level, phys_addr_t physical,
		       struct attributes attributes, struct conflict *conflict)
{
	(void)cursor, (void)level, (void)physical, (void)attributes, (void)conflict;
	return 0;
}

int nothing_cursor_unmap(struct cursor *cursor, unsigned int level, struct tlb_batch *batch)
{
	(void)cursor, (void)level, (void)batch;
	return 0;
}

int nothing_cursor_protect(struct cursor *cursor, unsigned int level, struct attributes attributes,
			   struct tlb_batch *batch, struct conflict *conflict)
{
	(void)cursor, (void)level, (void)attributes, (void)batch, (void)conflict;
	return 0;
}

int nothing_visit(const struct space *space, virt_addr_t address, uint64_t size,
		  mapper_visit_leaf visit, void *context)
{
	(void)space, (void)address, (void)size, (void)visit, (void)context;
	return 0;
}
