/* SPDX-License-Identifier: MIT */
/*
 * Suite "paging": the kernel's own address space. The mappings are compared with the list of
 * regions page by page; protection is tested by access, and by the fault's exact error code.
 */
#include <arch/boot.h>
#include <arch/cpu_features.h>
#include <arch/exception.h>
#include <arch/layout.h>
#include <kernel/address_space.h>
#include <kernel/boot_information.h>
#include <kernel/kernel_acpi.h>
#include <kernel/ktest.h>
#include <kernel/memory.h>
#include <kernel/string.h>
#include <kernel/units.h>
#include <mercator/mapper.h>
#include <mercator/platform.h>
#include <mercator/temp_page.h>

static void read_byte(void *address)
{
	(void)*(volatile uint8_t *)address;
}

/* If the write is allowed, it must not destroy anything: so zero is or-ed, by one write. */
static uint8_t value_to_write;

static void write_byte(void *address)
{
	*(volatile uint8_t *)address = value_to_write;
}

static void fetch(void *address)
{
	__asm__ volatile("call *%0" : : "r"(address) : "memory");
}

static void expect_fault(struct ktest_run *t, uint64_t address, void (*access)(void *),
			 uint64_t error_code)
{
	struct fault fault = { 0 };

	if (!EXPECT_TRUE(t, fault_catch(access, mc_virt_ptr(mc_virt_addr(address)), &fault)))
		return;
	EXPECT_EQ(t, fault.vector, EXCEPTION_PF);
	EXPECT_EQ(t, fault.error_code, error_code);
	EXPECT_EQ(t, fault.address, address);
}

static void expect_absent(struct ktest_run *t, uint64_t address)
{
	value_to_write = 0;
	expect_fault(t, address, read_byte, 0);
	expect_fault(t, address, write_byte, PF_WRITE);
	expect_fault(t, address, fetch, PF_FETCH);
}

/* Readable; written where that is allowed, and not fetched from. */
static void expect_data(struct ktest_run *t, uint64_t address, bool writable)
{
	struct fault fault;

	value_to_write = *(volatile uint8_t *)mc_virt_ptr(mc_virt_addr(address));
	if (writable)
		EXPECT_TRUE(t,
			    !fault_catch(write_byte, mc_virt_ptr(mc_virt_addr(address)), &fault));
	else
		expect_fault(t, address, write_byte, PF_PRESENT | PF_WRITE);
	expect_fault(t, address, fetch, PF_PRESENT | PF_FETCH);
}

static const struct mc_region *find_region(enum mc_region_kind kind)
{
	size_t count;
	const struct mc_region *regions = kernel_regions(&count);

	for (size_t i = 0; i < count; i++)
		if (regions[i].kind == kind)
			return &regions[i];
	return NULL;
}

static const struct mc_region *first_region(void)
{
	size_t count;

	return kernel_regions(&count);
}

static const struct mc_region *regions_end(void)
{
	size_t count;
	const struct mc_region *regions = kernel_regions(&count);

	return regions + count;
}

#define FOR_EACH_REGION(region)                                                                    \
	for (const struct mc_region *region = first_region(); region < regions_end(); region++)

static uint64_t region_end(const struct mc_region *region)
{
	return mc_virt_raw(region->start) + region->size;
}

KTEST(paging, regions_are_in_order_and_disjoint)
{
	uint64_t end = 0;

	FOR_EACH_REGION(region)
	{
		EXPECT_TRUE(t, mc_virt_raw(region->start) >= end);
		EXPECT_TRUE(t,
			    is_aligned(mc_virt_raw(region->start) | region->size, MC_FRAME_SIZE));
		EXPECT_TRUE(t, region->size && region_end(region) > mc_virt_raw(region->start));
		end = region_end(region);
	}
	EXPECT_TRUE(t, end > KERNEL_BASE);
}

static void check_page(struct ktest_run *t, const struct mc_region *region, uint64_t offset)
{
	const mc_virt_addr_t page = mc_virt_addr(mc_virt_raw(region->start) + offset);
	const unsigned int rights = region->attributes.rights;
	struct mc_translation to;

	if (!EXPECT_EQ(t, mc_mapper_translate(kernel_space(), page, &to), 0))
		return;
	EXPECT_EQ(t, mc_phys_raw(to.address), mc_virt_raw(page) - KERNEL_BASE);
	EXPECT_EQ(t, mc_translation_has(to, MC_RIGHT_WRITE), (rights & MC_RIGHT_WRITE) != 0);
	EXPECT_EQ(t, mc_translation_has(to, MC_RIGHT_EXECUTE), (rights & MC_RIGHT_EXECUTE) != 0);
	EXPECT_EQ(t, mc_translation_has(to, MC_RIGHT_GLOBAL), cpu_features()->global_pages);
	EXPECT_EQ(t, mc_translation_has(to, MC_RIGHT_USER), false);
}

KTEST(paging, each_page_of_the_image_has_its_sections_rights)
{
	FOR_EACH_REGION(region)
	if (region->kind == MC_REGION_IMAGE)
		for (uint64_t at = 0; at < region->size; at += MC_FRAME_SIZE)
			check_page(t, region, at);
}

KTEST(paging, rights_of_the_image_hold)
{
	FOR_EACH_REGION(region)
	{
		if (region->kind != MC_REGION_IMAGE)
			continue;
		for (uint64_t at = 0; at < region->size; at += MC_FRAME_SIZE) {
			const uint64_t page = mc_virt_raw(region->start) + at;

			value_to_write = *(volatile uint8_t *)mc_virt_ptr(mc_virt_addr(page));
			if (!(region->attributes.rights & MC_RIGHT_WRITE))
				expect_fault(t, page, write_byte, PF_PRESENT | PF_WRITE);
			if (!(region->attributes.rights & MC_RIGHT_EXECUTE))
				expect_fault(t, page, fetch, PF_PRESENT | PF_FETCH);
		}
	}
}

KTEST(paging, the_stack_in_use_is_writable_and_not_executable)
{
	volatile uint8_t local = 0xc3; /* RET */

	expect_data(t, (uint64_t)(uintptr_t)&local, true);
}

KTEST(paging, guard_pages_fault)
{
	unsigned int nr_guards = 0;

	FOR_EACH_REGION(region)
	{
		if (region->kind != MC_REGION_GUARD)
			continue;
		expect_absent(t, mc_virt_raw(region->start));
		expect_absent(t, region_end(region) - 1);
		nr_guards++;
	}
	EXPECT_EQ(t, nr_guards, NR_STACKS);
}

KTEST(paging, the_null_page_and_the_identity_map_are_gone)
{
	expect_absent(t, 0);
	expect_absent(t, MC_FRAME_SIZE - 1);
	expect_absent(t, KERNEL_LOAD_ADDRESS);
	expect_absent(t, (uint64_t)(uintptr_t)boot_start);
	expect_absent(t, (uint64_t)(uintptr_t)text_start - KERNEL_BASE);
	expect_absent(t, (uint64_t)(uintptr_t)kernel_end - KERNEL_BASE);
}

KTEST(paging, the_stubs_tables_are_no_longer_mapped_with_the_image)
{
	for (const char *page = boot_tables_start; page < boot_tables_end; page += MC_FRAME_SIZE)
		expect_absent(t, (uint64_t)(uintptr_t)page);
}

/* The first and the last page that belong to no region, on both sides of each. */
KTEST(paging, there_is_nothing_between_regions)
{
	uint64_t end = UINT64_C(0xffff800000000000);

	FOR_EACH_REGION(region)
	{
		if (region->kind == MC_REGION_WINDOW && kernel_space()->root.levels == 5)
			continue; /* it lies below all that 4 levels translate */
		if (mc_virt_raw(region->start) > end) {
			expect_absent(t, end);
			expect_absent(t, mc_virt_raw(region->start) - 1);
		}
		end = region_end(region);
	}
	expect_absent(t, end);
	expect_absent(t, UINT64_MAX);
}

KTEST(paging, a_method_that_is_configured_out_leaves_no_trace)
{
	if (!IS_ENABLED(CONFIG_PHYSMAP)) {
		EXPECT_TRUE(t, !find_region(MC_REGION_PHYSMAP));
		for (uint64_t at = 0; at < PHYSMAP_SIZE; at += PHYSMAP_SIZE / 64) {
			expect_absent(t, PHYSMAP_BASE + at);
			expect_absent(t, PHYSMAP_BASE + at + KERNEL_LOAD_ADDRESS);
		}
	}
	if (!IS_ENABLED(CONFIG_RECURSIVE)) {
		EXPECT_TRUE(t, !find_region(MC_REGION_WINDOW));
		/* Where the window would be if any root entry of the half pointed at the root. */
		for (unsigned int slot = MC_PT_ENTRIES / 2; slot < MC_PT_ENTRIES; slot++) {
			mc_pt_entry_t entry;
			unsigned int level;
			const mc_virt_addr_t at = mc_pt_canonical(
				mc_virt_addr(slot * mc_pt_span(kernel_space()->root.levels)),
				kernel_space()->root.levels);

			ASSERT_EQ(t,
				  mc_mapper_read_entry(kernel_space(), at,
						       kernel_space()->root.levels, &entry, &level),
				  0);
			EXPECT_TRUE(t, mc_phys_raw(mc_pt_table_address(entry)) !=
					       mc_phys_raw(kernel_space()->root.table));
		}
	}
}

static void expect_read_only_aliases(struct ktest_run *t, const char *start, const char *end)
{
	for (const char *page = start; page < end; page += MC_FRAME_SIZE)
		expect_data(t, PHYSMAP_BASE + (uint64_t)(uintptr_t)page - KERNEL_BASE, false);
}

KTEST(paging, text_and_read_only_data_cannot_be_written_through_the_physical_map)
{
	if (!IS_ENABLED(CONFIG_PHYSMAP)) {
		ktest_skip(t, "there is none");
		return;
	}
	expect_read_only_aliases(t, text_start, rodata_end);
	expect_data(t, PHYSMAP_BASE + (uint64_t)(uintptr_t)data_start - KERNEL_BASE, true);
}

KTEST(paging, what_the_loader_and_firmware_said_cannot_be_written)
{
	size_t count;

	expect_data(t, (uint64_t)(uintptr_t)boot_information()->data, false);
	expect_data(t, (uint64_t)(uintptr_t)memory_ranges(&count), false);
	expect_data(t, (uint64_t)(uintptr_t)memory_ram(&count), false);
}

KTEST(paging, the_temporary_page_faults_unless_it_is_in_use)
{
	const uint64_t page = TEMP_PAGES_BASE;
	mc_pfn_t frame;

	ASSERT_EQ(t, mc_frame_alloc(kernel_frames(), 0, &frame), 0);
	EXPECT_EQ(t, (uintptr_t)mc_temp_page_map(frame), page);
	expect_data(t, page, true);
	mc_temp_page_unmap();
	expect_absent(t, page);
	EXPECT_EQ(t, mc_frame_free(kernel_frames(), frame, 0), 0);
}

/* The local APIC, at its default address on every x86-64 CPU; its version is not 0. */
#define LOCAL_APIC         UINT64_C(0xfee00000)
#define LOCAL_APIC_VERSION 0x30

KTEST(paging, device_memory_is_mapped_with_its_type_and_alone)
{
	const uint64_t nr_tables = kernel_space()->nr_tables;
	void *apic_pointer, *other_pointer;
	volatile uint32_t *apic, *other;
	mc_pt_entry_t entry;
	unsigned int level;

	ASSERT_EQ(t,
		  device_map(mc_phys_addr(LOCAL_APIC + 0x20), 0x20, MC_MEMORY_UNCACHED,
			     &apic_pointer),
		  0);
	ASSERT_EQ(t, device_map(mc_phys_addr(LOCAL_APIC), 1, MC_MEMORY_UNCACHED, &other_pointer),
		  0);
	apic = apic_pointer;
	other = other_pointer;
	EXPECT_EQ(t, (uintptr_t)apic % MC_FRAME_SIZE, 0x20);
	EXPECT_TRUE(t, other[LOCAL_APIC_VERSION / 4] != 0);
	EXPECT_EQ(t, apic[(LOCAL_APIC_VERSION - 0x20) / 4], other[LOCAL_APIC_VERSION / 4]);
	ASSERT_EQ(t, mc_mapper_read_entry(kernel_space(), mc_virt_of_ptr(apic), 1, &entry, &level),
		  0);
	EXPECT_EQ(t, mc_pt_memory_type(entry), MC_MEMORY_UNCACHED);
	expect_fault(t, (uint64_t)(uintptr_t)apic, fetch, PF_PRESENT | PF_FETCH);
	expect_absent(t, align_down((uint64_t)(uintptr_t)apic, MC_FRAME_SIZE) - 1);
	expect_absent(t, align_down((uint64_t)(uintptr_t)apic, MC_FRAME_SIZE) + MC_FRAME_SIZE);

	EXPECT_EQ(t, device_unmap(apic, 0x20), 0);
	EXPECT_EQ(t, device_unmap(other, 1), 0);
	expect_absent(t, (uint64_t)(uintptr_t)apic);
	EXPECT_EQ(t, kernel_space()->nr_tables, nr_tables);
}

/* Nothing is touched: whatever is there. */
KTEST(paging, large_device_memory_gets_huge_pages)
{
	struct mc_translation to;
	void *pointer;

	ASSERT_EQ(t,
		  device_map(mc_phys_addr(GIB(4) - MIB(32)), MIB(5), MC_MEMORY_WRITE_COMBINING,
			     &pointer),
		  0);
	ASSERT_EQ(t, mc_mapper_translate(kernel_space(), mc_virt_of_ptr(pointer), &to), 0);
	EXPECT_EQ(t, to.page_size, MIB(2));
	EXPECT_EQ(t, device_unmap(pointer, MIB(5)), 0);
}

KTEST(paging, device_map_refuses_what_it_should)
{
	size_t count;
	const struct mc_memmap_range *ram = memory_ram(&count);
	const uint64_t last = ram[count - 1].end - 1;
	void *pointer;

	EXPECT_EQ(t, device_map(mc_phys_addr(LOCAL_APIC), 0, MC_MEMORY_UNCACHED, &pointer),
		  MC_ERR_INVALID);
	EXPECT_EQ(t, device_map(mc_phys_addr(last), 1, MC_MEMORY_UNCACHED, &pointer),
		  MC_ERR_INVALID);
	EXPECT_EQ(t, device_map(mc_phys_addr(last), MC_FRAME_SIZE, MC_MEMORY_UNCACHED, &pointer),
		  MC_ERR_INVALID);
	EXPECT_EQ(t, device_map(mc_phys_addr(LOCAL_APIC), 1, (enum mc_memory_type)9, &pointer),
		  MC_ERR_INVALID);
	EXPECT_EQ(t,
		  device_map(mc_phys_addr(cpu_physical_limit()), 1, MC_MEMORY_UNCACHED, &pointer),
		  MC_ERR_RANGE);
	EXPECT_EQ(t, device_map(mc_phys_addr(UINT64_MAX), 1, MC_MEMORY_UNCACHED, &pointer),
		  MC_ERR_OVERFLOW);
	EXPECT_EQ(t, device_unmap(mc_virt_ptr(mc_virt_addr(VMAP_BASE - MC_FRAME_SIZE)), 1),
		  MC_ERR_INVALID);
}

/* ACPI's, which are no RAM that the physical map has: their checksums are right. */
KTEST(paging, firmwares_tables_can_be_read_frame_by_frame)
{
	struct acpi_table table;
	struct acpi acpi;
	const int error = kernel_acpi(&acpi);

	if (error == MC_ERR_NOT_FOUND) {
		ktest_skip(t, "the loader tells of no ACPI, or of nothing that is");
		return;
	}
	ASSERT_EQ(t, error, 0);
	EXPECT_EQ(t, acpi_find(&acpi, "FACP", &table), 0);
	EXPECT_EQ(t, acpi_find(&acpi, "none", &table), MC_ERR_NOT_FOUND);
}

/* This includes the kernel's own text, which must have no writable alias afterwards. */
KTEST(paging, physical_memory_is_read_without_a_trace)
{
	const uint64_t text = (uint64_t)(uintptr_t)text_start - KERNEL_BASE;
	const mc_virt_addr_t page = mc_virt_addr(TEMP_PAGES_BASE);
	struct mc_translation before, after;
	struct mc_audit_report report;
	uint8_t bytes[64];
	const int absent = mc_mapper_translate(kernel_space(), page, &before);

	physical_read(bytes, mc_phys_addr(text + MC_FRAME_SIZE - 32), sizeof(bytes));
	EXPECT_EQ(t, memcmp(bytes, text_start + MC_FRAME_SIZE - 32, sizeof(bytes)), 0);
	EXPECT_EQ(t, kernel_audit(kernel_space(), &report), 0);
	EXPECT_STR(t, report.broken, NULL);
	/* The temporary page maps what it mapped before. */
	if (mc_mapper_translate(kernel_space(), page, &after)) {
		expect_absent(t, TEMP_PAGES_BASE);
	} else {
		ASSERT_EQ(t, absent, 0);
		EXPECT_EQ(t, mc_phys_raw(after.address), mc_phys_raw(before.address));
	}
}

/* A panic's walk, too. */
KTEST(paging, a_walk_by_a_slot_that_is_gone_is_refused)
{
	struct mc_space *kernel = kernel_space();
	const struct mc_root root = mc_active_root();
	const enum mc_access_method method = kernel->root.method;
	struct mc_walk walk;

	if (KERNEL_METHOD != MC_ACCESS_RECURSIVE || !IS_ENABLED(CONFIG_MAPPER_OFFSET) ||
	    !IS_ENABLED(CONFIG_PHYSMAP)) {
		ktest_skip(t, "the kernel walks by no slot, or cannot do without");
		return;
	}
	kernel->root.method = MC_ACCESS_OFFSET;
	ASSERT_EQ(t, mc_space_drop_recursive_slot(kernel), 0);
	EXPECT_EQ(t, kernel_walk(&root, mc_virt_of_ptr(text_start), &walk), MC_ERR_UNSUPPORTED);
	EXPECT_EQ(t, walk.nr_steps, 0);
	EXPECT_EQ(t, mc_space_set_recursive_slot(kernel), 0);
	kernel->root.method = method;
	EXPECT_EQ(t, kernel_walk(&root, mc_virt_of_ptr(text_start), &walk), 0);
}

KTEST(paging, the_stubs_frames_can_be_allocated)
{
	struct mc_frame_pool *pool = kernel_frames();
	const uint64_t start =
		((uint64_t)(uintptr_t)boot_tables_start - KERNEL_BASE) / MC_FRAME_SIZE;
	const uint64_t end = ((uint64_t)(uintptr_t)boot_tables_end - KERNEL_BASE) / MC_FRAME_SIZE;
	uint64_t nr_in_pool = 0;

	for (mc_pfn_t frame = start; frame < end; frame++) {
		const int error = mc_frame_alloc_at(pool, frame, 1);

		nr_in_pool += error != MC_ERR_FOREIGN;
		if (!error)
			EXPECT_EQ(t, mc_frame_free(pool, frame, 0), 0);
	}
	EXPECT_EQ(t, nr_in_pool, end - start);
}

/* All usable memory except the metadata (less than 2 bits a frame) is in the allocator. */
KTEST(paging, all_ram_is_in_the_allocator)
{
	size_t count;
	const struct mc_memmap_range *ranges = memory_ranges(&count);
	const uint64_t reach = IS_ENABLED(CONFIG_PHYSMAP) ? PHYSMAP_SIZE : UINT64_MAX;
	uint64_t nr_usable = 0, nr_metadata;

	for (size_t i = 0; i < count; i++)
		if (ranges[i].end <= reach)
			nr_usable += (ranges[i].end - ranges[i].start) / MC_FRAME_SIZE;
	nr_metadata = nr_usable / (4 * MC_FRAME_SIZE) + count * 128 / MC_FRAME_SIZE + 4;
	if (IS_ENABLED(CONFIG_DEBUG_CHECKS))
		nr_metadata += nr_usable * 2 / MC_FRAME_SIZE + count;
	EXPECT_TRUE(t, mc_frame_total(kernel_frames()) + nr_metadata >= nr_usable);
}

KTEST(paging, audit_finds_nothing_wrong)
{
	struct mc_audit_report report;

	EXPECT_EQ(t, kernel_audit(kernel_space(), &report), 0);
	EXPECT_STR(t, report.broken, NULL);
	EXPECT_TRUE(t, report.nr_leaves[1] > 100 && report.nr_markers >= NR_STACKS);
}

/* Invariant 7: the MMU does what the walker says. In the image, the contents do not change. */
KTEST(paging, what_the_walker_says_is_what_is_there)
{
	unsigned int nr_pages = 0;

	FOR_EACH_REGION(region)
	{
		if (region->kind != MC_REGION_IMAGE || (region->attributes.rights & MC_RIGHT_WRITE))
			continue;
		for (uint64_t at = 0; at < region->size; at += MC_FRAME_SIZE, nr_pages++) {
			const mc_virt_addr_t page = mc_virt_addr(mc_virt_raw(region->start) + at);
			mc_phys_addr_t physical;

			ASSERT_EQ(t, mc_mapper_translate_address(kernel_space(), page, &physical),
				  0);
			EXPECT_EQ(t,
				  memcmp(frame_bytes(mc_phys_pfn(physical)), mc_virt_ptr(page),
					 MC_FRAME_SIZE),
				  0);
		}
	}
	EXPECT_TRUE(t, nr_pages > 50);
	mc_temp_page_unmap(); /* it may show read-only data, and would let it be written */
}

/* Invariant 10: every method that is built in reads the same tables. */
KTEST(paging, every_method_sees_the_same_tables)
{
	static const bool is_built[] = {
		[MC_ACCESS_OFFSET] = IS_ENABLED(CONFIG_MAPPER_OFFSET),
		[MC_ACCESS_RECURSIVE] = IS_ENABLED(CONFIG_MAPPER_RECURSIVE),
		[MC_ACCESS_GENERIC] = IS_ENABLED(CONFIG_MAPPER_GENERIC),
	};
	struct mc_space by = *kernel_space();
	uint64_t digest, other;

	ASSERT_EQ(t, mc_audit_digest(kernel_space(), &digest), 0);
	for (by.root.method = MC_ACCESS_OFFSET; by.root.method <= MC_ACCESS_GENERIC;
	     by.root.method++) {
		int error;

		/* Its function has no map to use. */
		if (by.root.method == MC_ACCESS_GENERIC && !IS_ENABLED(CONFIG_PHYSMAP))
			continue;
		error = mc_audit_digest(&by, &other);
		EXPECT_EQ(t, error, is_built[by.root.method] ? 0 : MC_ERR_UNSUPPORTED);
		EXPECT_TRUE(t, error || other == digest);
	}
}

/* A bit that software may use is set in a leaf, and cleared again. */
KTEST(paging, audit_finds_a_bit_that_should_not_be_there)
{
	struct mc_audit_report report;
	struct mc_walk walk;
	volatile uint64_t *entry;
	const mc_virt_addr_t page = mc_virt_of_ptr(boot_information()->data);
	const struct mc_root root = kernel_space()->root;

	ASSERT_EQ(t, kernel_walk(&root, page, &walk), 0);
	entry = (volatile uint64_t *)(uintptr_t)walk.steps[walk.nr_steps - 1].pointer;
	*entry |= UINT64_C(1) << 9;
	EXPECT_EQ(t, kernel_audit(kernel_space(), &report), MC_ERR_FORMAT);
	*entry &= ~(UINT64_C(1) << 9);
	EXPECT_STR(t, report.broken, "a leaf has a bit that it should not have, or lacks A or D");
	EXPECT_EQ(t, mc_virt_raw(report.address), align_down(mc_virt_raw(page), MC_FRAME_SIZE));
	EXPECT_EQ(t, kernel_audit(kernel_space(), &report), 0);
}
