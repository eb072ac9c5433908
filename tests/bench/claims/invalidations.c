/* SPDX-License-Identifier: MIT */
/* The invalidations of each operation, by each real method, on the active space and others. */
#include <kernel/units.h>

#include "claims.h"
#include "world.h"

#define BASE UINT64_C(0x0000123440000000)

static const struct mc_attributes read_write = { .rights = MC_RIGHT_READ | MC_RIGHT_WRITE };
static const struct mc_attributes read_only = { .rights = MC_RIGHT_READ };

static const char *method_name;
static struct mc_space *space;
static struct mc_tlb_batch batch;

static void end(const char *what)
{
	const struct invalidations *i = &world_invalidations;

	mc_tlb_batch_finish(&batch);
	claim(i->pages, "INVLPG", "%s.invlpg_%s", method_name, what);
	claim(i->everything + i->roots, "flushes", "%s.flushes_%s", method_name, what);
	world_invalidations = (struct invalidations){ 0 };
}

static void map(uint64_t address, uint64_t size)
{
	must(mc_mapper_map(space, mc_virt_addr(address), mc_phys_addr(0), size, read_write, NULL));
}

static void unmap(uint64_t address, uint64_t size)
{
	must(mc_mapper_unmap(space, mc_virt_addr(address), size, &batch));
}

static void operations(void)
{
	map(BASE, MC_FRAME_SIZE);
	end("map_new_tables");
	map(BASE + MC_FRAME_SIZE, MC_FRAME_SIZE);
	end("map");
	must(mc_mapper_protect(space, mc_virt_addr(BASE), MC_FRAME_SIZE, read_only, &batch, NULL));
	end("protect");
	unmap(BASE, MC_FRAME_SIZE);
	end("unmap");
	unmap(BASE + MC_FRAME_SIZE, MC_FRAME_SIZE);
	end("unmap_tables_freed");
	map(BASE, MIB(2));
	end("map_2_mib_page");
	unmap(BASE + MIB(1), MC_FRAME_SIZE);
	end("unmap_in_2_mib_page");
	unmap(BASE, MIB(2));
	end("unmap_512_pages");
}

static void start(const char *name, enum mc_access_method method, void (*go)(void))
{
	method_name = name;
	world_start(4, 3, method);
	/* A kernel that does not use the window has none to invalidate. */
	if (method != MC_ACCESS_RECURSIVE)
		world_kernel.recursive_slot = MC_SPACE_NOT_RECURSIVE;
	if (go)
		go();
	world_invalidations = (struct invalidations){ 0 };
}

static void on_active(const char *name, enum mc_access_method method, void (*go)(void))
{
	start(name, method, go);
	space = &world_kernel;
	mc_tlb_batch_begin(&batch, space);
	operations();
}

/* The second slot belongs to one space at a time: alternating between two is the worst case. */
static void on_inactive(const char *name, enum mc_access_method method, void (*go)(void))
{
	struct mc_space spaces[2];

	start(name, method, go);
	for (unsigned int i = 0; i < 2; i++)
		must(mc_space_create(&spaces[i], &world_kernel));
	world_invalidations = (struct invalidations){ 0 };
	space = &spaces[0];
	mc_tlb_batch_begin(&batch, space);
	operations();
	space = &spaces[1];
	mc_tlb_batch_begin(&batch, space);
	map(BASE, MC_FRAME_SIZE);
	end("by_turns");
}

void claim_invalidations(void)
{
	on_active("offset", MC_ACCESS_OFFSET, NULL);
	on_active("recursive", MC_ACCESS_RECURSIVE, NULL);
	on_active("generic", MC_ACCESS_GENERIC, world_go_by_pointer);
	on_active("temporary", MC_ACCESS_GENERIC, world_go_by_temp_page);
	on_inactive("space_offset", MC_ACCESS_OFFSET, NULL);
	on_inactive("space_recursive", MC_ACCESS_RECURSIVE, NULL);
	on_inactive("space_generic", MC_ACCESS_GENERIC, world_go_by_pointer);
	on_inactive("space_temporary", MC_ACCESS_GENERIC, world_go_by_temp_page);
}
