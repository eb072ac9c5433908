/* SPDX-License-Identifier: MIT */
/*
 * Suite "hardware": the CPU does at an address what the mapper says of it. In a live space, pages
 * at the edges of every level are mapped, unmapped, protected and reserved at random, by each
 * method. After each change a read, a write and a fetch must give the frame's contents, or fault
 * with the error code that the translation predicts.
 */
#include <arch/exception.h>
#include <kernel/units.h>

#include "../mm/mapper_fixture.h"

#define OPERATIONS 400

/* The first instruction of a frame returns, so that it can be called; then its number. */
#define RETURN_INSTRUCTION 0xc3
#define NUMBER_OFFSET      8

/* Most are in the lower half. The other is the kernel's, except its beginning: see page_at(). */
static const uint64_t pages[] = {
	KIB(4),
	MIB(2) - KIB(4),
	MIB(2),
	GIB(1) - KIB(4),
	GIB(1),
	GIB(512) - KIB(4),
	GIB(512),
	TIB(128) - KIB(4),
	UINT64_C(0x0000123456789000),
	0,
	MIB(4),
};

#define NR_LOWER_PAGES (ARRAY_SIZE(pages) - 2)

static struct fixture fixture;

/* The last two are in the upper half, where it begins. */
static uint64_t page_at(uint64_t index)
{
	const unsigned int levels = fixture.space.root.levels;

	if (index < NR_LOWER_PAGES)
		return pages[index];
	return pages[index] +
	       mc_virt_raw(mc_pt_canonical(mc_virt_addr(mc_pt_span(levels + 1) / 2), levels));
}

static void fill_data_frames(void)
{
	for (unsigned int i = 0; i < FIXTURE_DATA_FRAMES; i++) {
		uint8_t *bytes = fixture_pointer(mc_phys_of_pfn(fixture_data_frame(i)));

		bytes[0] = RETURN_INSTRUCTION;
		bytes[NUMBER_OFFSET] = (uint8_t)(100 + i);
	}
}

static uint8_t number_of_frame(mc_phys_addr_t address)
{
	return *((uint8_t *)fixture_pointer(mc_phys_of_pfn(mc_phys_pfn(address))) + NUMBER_OFFSET);
}

static uint8_t value_read;

static void read_number(void *page)
{
	value_read = *((volatile uint8_t *)page + NUMBER_OFFSET);
}

static void write_number(void *page)
{
	volatile uint8_t *number = (volatile uint8_t *)page + NUMBER_OFFSET;

	*number = *number;
}

/* A write alone, so that its fault is a write's. */
static void write_only(void *page)
{
	*((volatile uint8_t *)page + NUMBER_OFFSET + 1) = 1;
}

static void call_page(void *page)
{
	__asm__ volatile("call *%0" : : "r"(page) : "memory");
}

static void expect_access(struct ktest_run *t, uint64_t page, void (*access)(void *),
			  uint64_t offset, bool allowed, uint64_t error_code)
{
	struct fault fault = { 0 };
	bool caught = fault_catch(access, mc_virt_ptr(mc_virt_addr(page)), &fault);

	EXPECT_EQ(t, caught, !allowed);
	if (!caught)
		return;
	EXPECT_EQ(t, fault.vector, EXCEPTION_PF);
	EXPECT_EQ(t, fault.error_code, error_code);
	EXPECT_EQ(t, fault.address, page + offset);
}

static void check_page(struct ktest_run *t, uint64_t page)
{
	struct mc_translation to = { 0 };
	bool mapped = !mc_mapper_translate(&fixture.space, mc_virt_addr(page), &to);
	uint64_t present = mapped ? PF_PRESENT : 0;

	expect_access(t, page, read_number, NUMBER_OFFSET, mapped, present);
	if (mapped)
		EXPECT_EQ(t, value_read, number_of_frame(to.address));
	expect_access(t, page, write_only, NUMBER_OFFSET + 1,
		      mapped && mc_translation_has(to, MC_RIGHT_WRITE), present | PF_WRITE);
	expect_access(t, page, call_page, 0, mapped && mc_translation_has(to, MC_RIGHT_EXECUTE),
		      present | PF_FETCH);
	if (mapped && mc_translation_has(to, MC_RIGHT_WRITE))
		expect_access(t, page, write_number, NUMBER_OFFSET, true, 0);
}

static struct mc_attributes random_attributes(struct ktest_run *t, uint64_t page)
{
	static const unsigned int rights[2][4] = {
		{ MC_RIGHT_READ, MC_RIGHT_READ | MC_RIGHT_WRITE, MC_RIGHT_READ | MC_RIGHT_EXECUTE,
		  MC_RIGHT_READ | MC_RIGHT_WRITE | MC_RIGHT_USER },
		{ MC_RIGHT_READ, MC_RIGHT_READ | MC_RIGHT_WRITE,
		  MC_RIGHT_READ | MC_RIGHT_WRITE | MC_RIGHT_GLOBAL,
		  MC_RIGHT_READ | MC_RIGHT_EXECUTE | MC_RIGHT_GLOBAL },
	};

	return (struct mc_attributes){
		.rights = rights[page >> 63][ktest_random_below(t, 4)],
		.type = (enum mc_memory_type)ktest_random_below(t, 4),
	};
}

/* Whatever the operation returns: check_page() asks the mapper what holds now. */
static void change_page(struct ktest_run *t, uint64_t page)
{
	struct mc_space *space = &fixture.space;
	mc_virt_addr_t address = mc_virt_addr(page);
	mc_pfn_t frame =
		fixture_data_frame((unsigned int)ktest_random_below(t, FIXTURE_DATA_FRAMES));
	struct mc_tlb_batch batch;
	int error = 0;

	mc_tlb_batch_begin(&batch, space);
	switch (ktest_random_below(t, 5)) {
	case 0: error = mc_mapper_unmap(space, address, MC_FRAME_SIZE, &batch); break;
	case 1:
		error = mc_mapper_protect(space, address, MC_FRAME_SIZE, random_attributes(t, page),
					  &batch, NULL);
		break;
	case 2:
		error = mc_mapper_reserve(space, address, MC_FRAME_SIZE,
					  ktest_random_below(t, 1 << 22), NULL);
		break;
	default:
		error = mc_mapper_map(space, address, mc_phys_of_pfn(frame), MC_FRAME_SIZE,
				      random_attributes(t, page), NULL);
	}
	mc_tlb_batch_finish(&batch);
	EXPECT_TRUE(t, error == 0 || error == MC_ERR_EXISTS || error == MC_ERR_NOT_FOUND);
}

static void run_method(struct ktest_run *t, enum mc_access_method method)
{
	struct mc_tlb_batch batch;

	ASSERT_TRUE(t, fixture_init_live(&fixture, method));
	fill_data_frames();
	for (int i = 0; i < OPERATIONS && !t->nr_failures; i++) {
		uint64_t page = page_at(ktest_random_below(t, ARRAY_SIZE(pages)));

		check_page(t, page);
		change_page(t, page);
		check_page(t, page);
	}
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
	mc_tlb_batch_begin(&batch, &fixture.space);
	EXPECT_EQ(t, mc_mapper_unmap(&fixture.space, mc_virt_addr(0), TIB(128), &batch), 0);
	EXPECT_EQ(t,
		  mc_mapper_unmap(&fixture.space, mc_virt_addr(page_at(NR_LOWER_PAGES)), MIB(8),
				  &batch),
		  0);
	mc_tlb_batch_finish(&batch);
	EXPECT_EQ(t, fixture.space.nr_tables, 1); /* the one directly below the root */
	fixture_finish(&fixture);
}

#define HARDWARE_TEST(method, METHOD)                                                              \
	KTEST(hardware, agrees_with_the_##method##_mapper)                                         \
	{                                                                                          \
		run_method(t, METHOD);                                                             \
	}

IF_OFFSET(HARDWARE_TEST(offset, MC_ACCESS_OFFSET))
IF_RECURSIVE(HARDWARE_TEST(recursive, MC_ACCESS_RECURSIVE))
IF_GENERIC(HARDWARE_TEST(generic, MC_ACCESS_GENERIC))

/* Demand paging: a marker says which frame is to be mapped where a page is first touched. */
#define LAZY_BASE  UINT64_C(0x0000123456789000)
#define LAZY_PAGES 4

static unsigned int nr_page_faults;

static bool page_in(uint64_t address, uint64_t error_code)
{
	const struct mc_attributes attributes = { MC_RIGHT_READ | MC_RIGHT_WRITE,
						  MC_MEMORY_WRITE_BACK };
	const mc_virt_addr_t page = mc_virt_addr(align_down(address, MC_FRAME_SIZE));
	struct mc_space *space = &fixture.space;
	struct mc_tlb_batch batch;
	unsigned int level;
	mc_pt_entry_t entry;
	mc_pfn_t frame;
	int error;

	if (error_code & PF_PRESENT || mc_mapper_read_entry(space, page, 1, &entry, &level) ||
	    mc_pt_kind(entry, level) != MC_PT_MARKER)
		return false;
	nr_page_faults++;
	frame = fixture_data_frame((unsigned int)mc_pt_marker_payload(entry));
	mc_tlb_batch_begin(&batch, space);
	error = mc_mapper_unmap(space, page, MC_FRAME_SIZE, &batch);
	mc_tlb_batch_finish(&batch);
	return !error &&
	       !mc_mapper_map(space, page, mc_phys_of_pfn(frame), MC_FRAME_SIZE, attributes, NULL);
}

static void write_lazy_pages(void *number)
{
	for (uint64_t i = 0; i < LAZY_PAGES; i++)
		*(volatile uint8_t *)mc_virt_ptr(mc_virt_addr(LAZY_BASE + i * MC_FRAME_SIZE)) =
			(uint8_t)(*(uint8_t *)number + i);
}

static void run_lazily(struct ktest_run *t, enum mc_access_method method)
{
	const mc_virt_addr_t end = mc_virt_addr(LAZY_BASE + LAZY_PAGES * MC_FRAME_SIZE);
	struct fault fault = { 0 };
	struct mc_tlb_batch batch;
	uint8_t number = 50;

	ASSERT_TRUE(t, fixture_init_live(&fixture, method));
	for (uint64_t i = 0; i < LAZY_PAGES; i++)
		ASSERT_EQ(t,
			  mc_mapper_reserve(&fixture.space,
					    mc_virt_addr(LAZY_BASE + i * MC_FRAME_SIZE),
					    MC_FRAME_SIZE, i, NULL),
			  0);
	nr_page_faults = 0;
	exception_on_page_fault(page_in);
	EXPECT_TRUE(t, !fault_catch(write_lazy_pages, &number, &fault));
	EXPECT_EQ(t, nr_page_faults, LAZY_PAGES);
	number++;
	EXPECT_TRUE(t, !fault_catch(write_lazy_pages, &number, &fault));
	EXPECT_EQ(t, nr_page_faults, LAZY_PAGES);
	for (unsigned int i = 0; i < LAZY_PAGES; i++)
		EXPECT_EQ(t, *(uint8_t *)fixture_pointer(mc_phys_of_pfn(fixture_data_frame(i))),
			  51 + i);
	/* Where there is no marker, the fault is what it is. */
	EXPECT_TRUE(t, fault_catch(read_number, mc_virt_ptr(end), &fault));
	EXPECT_EQ(t, fault.address, mc_virt_raw(end) + NUMBER_OFFSET);
	EXPECT_EQ(t, nr_page_faults, LAZY_PAGES);
	exception_on_page_fault(NULL);
	EXPECT_STR(t, fixture_audit(&fixture), NULL);
	mc_tlb_batch_begin(&batch, &fixture.space);
	EXPECT_EQ(t,
		  mc_mapper_unmap(&fixture.space, mc_virt_addr(LAZY_BASE),
				  LAZY_PAGES * MC_FRAME_SIZE, &batch),
		  0);
	mc_tlb_batch_finish(&batch);
	fixture_finish(&fixture);
}

#define LAZY_TEST(method, METHOD)                                                                  \
	KTEST(hardware, pages_come_on_demand_by_the_##method##_mapper)                             \
	{                                                                                          \
		run_lazily(t, METHOD);                                                             \
	}

IF_OFFSET(LAZY_TEST(offset, MC_ACCESS_OFFSET))
IF_RECURSIVE(LAZY_TEST(recursive, MC_ACCESS_RECURSIVE))
IF_GENERIC(LAZY_TEST(generic, MC_ACCESS_GENERIC))
