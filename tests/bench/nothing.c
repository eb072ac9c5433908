/* SPDX-License-Identifier: MIT */
/* Functions that do nothing (nothing.h). */
#include "nothing.h"

int nothing_map(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
		uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	(void)space, (void)address, (void)physical, (void)size, (void)attributes, (void)conflict;
	return 0;
}

int nothing_unmap(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		  struct mc_tlb_batch *batch)
{
	(void)space, (void)address, (void)size, (void)batch;
	return 0;
}

int nothing_protect(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		    struct mc_attributes attributes, struct mc_tlb_batch *batch,
		    struct mc_conflict *conflict)
{
	(void)space, (void)address, (void)size, (void)attributes, (void)batch, (void)conflict;
	return 0;
}

int nothing_translate(const struct mc_space *space, mc_virt_addr_t address,
		      struct mc_translation *translation)
{
	(void)space, (void)address, (void)translation;
	return 0;
}

int nothing_translate_address(const struct mc_space *space, mc_virt_addr_t address,
			      mc_phys_addr_t *physical)
{
	(void)space, (void)address, (void)physical;
	return 0;
}

int nothing_cursor_map(struct mc_cursor *cursor, unsigned int level, mc_phys_addr_t physical,
		       struct mc_attributes attributes, struct mc_conflict *conflict)
{
	(void)cursor, (void)level, (void)physical, (void)attributes, (void)conflict;
	return 0;
}

int nothing_cursor_unmap(struct mc_cursor *cursor, unsigned int level, struct mc_tlb_batch *batch)
{
	(void)cursor, (void)level, (void)batch;
	return 0;
}

int nothing_cursor_protect(struct mc_cursor *cursor, unsigned int level,
			   struct mc_attributes attributes, struct mc_tlb_batch *batch,
			   struct mc_conflict *conflict)
{
	(void)cursor, (void)level, (void)attributes, (void)batch, (void)conflict;
	return 0;
}

int nothing_visit(const struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		  unsigned int kinds, mc_visit visit, void *context)
{
	(void)space, (void)address, (void)size, (void)kinds, (void)visit, (void)context;
	return 0;
}
