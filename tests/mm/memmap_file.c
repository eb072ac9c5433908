/* SPDX-License-Identifier: MIT */
/* Reading the memory maps of real machines (memmap_file.h). */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arch/memory_hole.h>
#include <kernel/units.h>

#include "memmap_file.h"

static bool parse_type(const char *text, uint32_t *type)
{
	static const struct {
		const char *name;
		enum mc_memmap_type type;
	} names[] = {
		{ "usable", MC_MEMMAP_USABLE },         { "reserved", MC_MEMMAP_RESERVED },
		{ "acpi", MC_MEMMAP_ACPI_RECLAIMABLE }, { "nvs", MC_MEMMAP_ACPI_NVS },
		{ "unusable", MC_MEMMAP_DEFECTIVE },    { "pmem", MC_MEMMAP_PERSISTENT },
	};
	char *end;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(text, names[i].name) == 0) {
			*type = names[i].type;
			return true;
		}
	}
	*type = (uint32_t)strtoul(text, &end, 0);
	return end != text && *end == '\0';
}

static bool parse_line(const char *line, struct memmap_file *map)
{
	unsigned long start, end;
	unsigned int bits;
	char type_text[32];
	uint32_t type;

	if (sscanf(line, "# cpu: %u", &bits) == 1)
		map->limit = UINT64_C(1) << bits;
	if (line[0] == '#' || line[0] == '\n')
		return true;
	if (sscanf(line, "%lx %lx %31s", &start, &end, type_text) != 3 || end < start ||
	    !parse_type(type_text, &type) || map->count == MEMMAP_FILE_RANGES)
		return false;
	map->ranges[map->count++] = mc_memmap_from_length(start, end - start, type);
	return true;
}

static bool read_map(const char *name, struct memmap_file *map)
{
	char path[512], line[512];
	bool ok = true;
	FILE *file;

	*map = (struct memmap_file){ .ranges = { arch_memory_hole },
				     .count = 1,
				     .limit = UINT64_MAX };
	snprintf(path, sizeof(path), "%s/%s", MEMMAPS_DIR, name);
	file = fopen(path, "r");
	if (!file)
		return false;
	while (ok && fgets(line, sizeof(line), file))
		ok = parse_line(line, map);
	fclose(file);
	return ok && map->count > 1;
}

void memmap_files_visit(struct ktest_run *t, void (*visit)(struct ktest_run *t, const char *name,
							   struct memmap_file *map))
{
	DIR *dir = opendir(MEMMAPS_DIR);
	const struct dirent *entry;
	struct memmap_file map;
	unsigned int nr_maps = 0;

	if (!EXPECT_TRUE(t, dir != NULL))
		return;
	while ((entry = readdir(dir))) {
		if (!strstr(entry->d_name, ".txt"))
			continue;
		nr_maps++;
		if (EXPECT_TRUE(t, read_map(entry->d_name, &map)))
			visit(t, entry->d_name, &map);
		else
			ktest_note(t, "%s cannot be read", entry->d_name);
	}
	closedir(dir);
	EXPECT_TRUE(t, nr_maps > 0);
}
