/* SPDX-License-Identifier: MIT */
/*
 * The page walker: the only implementation there is. This header is a template; each access method
 * has a file (access_*.c) that defines two things and includes it once:
 *
 *	ACCESS(name)	the method's name for a function, such as offset_##name
 *
 *	static inline const pt_entry_t *access_table(const struct root *root, phys_addr_t table,
 *						     virt_addr_t address, unsigned int level)
 *
 * access_table() gives a pointer to a table that can be read now: the one at physical address
 * `table`, which translates `address` at `level`. NULL if the method cannot reach it. It is inlined,
 * so that a walk has no indirect call. Levels are data: one loop serves 4 and 5.
 *
 *	address   | idx 4 | idx 3 | idx 2 | idx 1 |  offset  |
 *		      |       |       |       |        |
 *	root ---> PML4[] -> PDPT[] -> PD[] -> PT[] -> frame	a leaf in a PDPT or PD ends it early
 */
#include <mercator/walk.h>

/* Read an entry once, whole: the hardware or another CPU may write it at any moment. */
static inline pt_entry_t read_entry(const pt_entry_t *entry)
{
	return (pt_entry_t){ *(const volatile uint64_t *)&entry->raw };
}

int ACCESS(walk)(const struct root *root, virt_addr_t address, struct walk *walk)
{
	phys_addr_t table = root->table;

	walk->nr_steps = 0;
	if (!pt_is_canonical(address, root->levels))
		return ERR_INVALID;

	for (unsigned int level = root->levels; level >= 1; level--) {
		const pt_entry_t *entries = access_table(root, table, address, level);
		struct walk_step *step = &walk->steps[walk->nr_steps];

		if (!entries)
			return ERR_RANGE;
		step->level = level;
		step->table = table;
		step->pointer = &entries[pt_index(address, level)];
		step->entry = read_entry(step->pointer);
		step->kind = pt_kind(step->entry, level);
		walk->nr_steps++;
		if (step->kind != PT_TABLE)
			break;
		table = pt_table_address(step->entry);
	}
	return 0;
}
