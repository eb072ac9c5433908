/* SPDX-License-Identifier: MIT */
/*
 * An instance of the walker as another kernel could make it: the generic method, with a function of
 * its own that the compiler can inline, and its own offset.
 */
#include "access_inline.h"
#include "../../mm/pagetable/map.h"
#include "../../mm/pagetable/operations.h"
#include "../../mm/pagetable/protect.h"
#include "../../mm/pagetable/translate.h"
#include "../../mm/pagetable/unmap.h"

uint64_t inline_offset;

static inline void *my_pointer_to(mc_phys_addr_t frame)
{
	return mc_virt_ptr(mc_virt_addr(inline_offset + mc_phys_raw(frame)));
}

static inline mc_pt_entry_t *inline_entry(const struct mc_root *root, mc_phys_addr_t table,
					  uint64_t offset, unsigned int level)
{
	mc_pt_entry_t *entries = my_pointer_to(table);

	(void)root;
	return entries + mc_pt_index(mc_virt_addr(offset), level);
}

static inline mc_pt_entry_t *inline_root_entry(const struct mc_root *root, unsigned int levels,
					       uint64_t index)
{
	mc_pt_entry_t *entries = my_pointer_to(root->table);

	(void)levels;
	return entries + index;
}

static inline bool inline_keeps(const struct mc_root *root)
{
	(void)root;
	return true;
}

static inline void *inline_frame(const struct mc_space *space, mc_pfn_t frame)
{
	(void)space;
	return my_pointer_to(mc_phys_of_pfn(frame));
}

static const struct access inline_access = {
	.entry = inline_entry,
	.root_entry = inline_root_entry,
	.keeps = inline_keeps,
	.frame = inline_frame,
};

/* As a kernel does that knows its method, but not its number of levels. */
#define BY_LEVELS(space, operation, with_4, with_5)                                                \
	(LIKELY((space)->root.levels == 4) ? operation with_4 : operation with_5)

int inline_map(struct mc_space *space, mc_virt_addr_t address, mc_phys_addr_t physical,
	       uint64_t size, struct mc_attributes attributes, struct mc_conflict *conflict)
{
	return BY_LEVELS(space, walker_map,
			 (&inline_access, 4, space, address, physical, size, attributes, conflict),
			 (&inline_access, 5, space, address, physical, size, attributes, conflict));
}

int inline_unmap(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		 struct mc_tlb_batch *batch)
{
	return BY_LEVELS(space, walker_unmap, (&inline_access, 4, space, address, size, batch),
			 (&inline_access, 5, space, address, size, batch));
}

int inline_protect(struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		   struct mc_attributes attributes, struct mc_tlb_batch *batch,
		   struct mc_conflict *conflict)
{
	return BY_LEVELS(space, walker_protect,
			 (&inline_access, 4, space, address, size, attributes, batch, conflict),
			 (&inline_access, 5, space, address, size, attributes, batch, conflict));
}

int inline_translate_address(const struct mc_space *space, mc_virt_addr_t address,
			     mc_phys_addr_t *physical)
{
	return BY_LEVELS(space, walker_translate_address,
			 (&inline_access, 4, space, address, physical),
			 (&inline_access, 5, space, address, physical));
}

int inline_visit(const struct mc_space *space, mc_virt_addr_t address, uint64_t size,
		 unsigned int kinds, mc_visit visit, void *context)
{
	struct extent extent;
	const int error = range_check(space, space->root.levels, address, size, &extent);

	return error ? error : walker_visit(&inline_access, space, &extent, kinds, visit, context);
}
