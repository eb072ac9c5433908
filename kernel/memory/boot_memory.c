/* SPDX-License-Identifier: MIT */
/* Freeing the memory that was in use only at start (kernel/memory.h). */
#include <kernel/log.h>
#include <kernel/memory.h>
#include <kernel/panic.h>
#include <kernel/units.h>

/* Freed bytes: of the stub, its tables, the boot information, and of all modules. */
static uint64_t given_back[BOOT_MODULES + 1];

static struct pfn_range span_of(const struct mc_memmap_range *range)
{
	if (range->start >= range->end)
		return (struct pfn_range){ 0, 0 };
	return (struct pfn_range){ range->start / MC_FRAME_SIZE,
				   (range->end + MC_FRAME_SIZE - 1) / MC_FRAME_SIZE };
}

/* Does something with frames; returns how many. */
typedef uint64_t (*visit_frames)(struct pfn_range span);

static uint64_t visit_part(struct pfn_range span, struct pfn_range want, visit_frames visit)
{
	if (span.start < want.start)
		span.start = want.start;
	if (span.end > want.end)
		span.end = want.end;
	return span.start < span.end ? visit(span) : 0;
}

/*
 * Visit the frames in `want` that only boot memory uses: those in memory_allocatable() but not in
 * memory_ranges(), which are both sorted. Returns the sum of the results.
 */
static uint64_t visit_boot_frames(struct pfn_range want, visit_frames visit)
{
	size_t nr_pool, nr_usable, next = 0;
	const struct mc_memmap_range *pool = memory_allocatable(&nr_pool);
	const struct mc_memmap_range *usable = memory_ranges(&nr_usable);
	uint64_t sum = 0;

	for (size_t i = 0; i < nr_pool; i++) {
		struct pfn_range span = span_of(&pool[i]);
		const mc_pfn_t end = span.end;

		/* Each usable range lies in one of the pool's. */
		for (; next < nr_usable && usable[next].start < pool[i].end; next++) {
			span.end = usable[next].start / MC_FRAME_SIZE;
			sum += visit_part(span, want, visit);
			span.start = usable[next].end / MC_FRAME_SIZE;
		}
		span.end = end;
		sum += visit_part(span, want, visit);
	}
	return sum;
}

static uint64_t take(struct pfn_range span)
{
	const uint64_t count = span.end - span.start;

	PANIC_UNLESS(!mc_frame_alloc_at(kernel_frames(), span.start, count));
	return count;
}

void boot_memory_take(void)
{
	(void)visit_boot_frames((struct pfn_range){ 0, UINT64_MAX }, take);
}

/* The frames of a piece; empty if it is released. */
static struct pfn_range span_held(const struct mc_memmap_range *boot, size_t piece)
{
	return memory_boot_is_released(piece) ? (struct pfn_range){ 0, 0 } : span_of(&boot[piece]);
}

/*
 * The first frames in the span that no piece uses any more; empty, at its end, if there are none.
 */
static struct pfn_range first_unheld(struct pfn_range span)
{
	size_t count;
	const struct mc_memmap_range *boot = memory_boot(&count);

	/* After each step the start may lie in a piece that was checked before: so begin again. */
	for (size_t i = 0; i < count; i++) {
		const struct pfn_range held = span_held(boot, i);

		if (span.start < held.start || span.start >= held.end)
			continue;
		span.start = held.end;
		i = SIZE_MAX; /* begin again */
	}
	for (size_t i = 0; i < count; i++) {
		const struct pfn_range held = span_held(boot, i);

		if (held.start < held.end && held.start > span.start && held.start < span.end)
			span.end = held.start;
	}
	if (span.start > span.end)
		span.start = span.end;
	return span;
}

static uint64_t release(struct pfn_range span)
{
	uint64_t count = 0;

	while (span.start < span.end) {
		const struct pfn_range unheld = first_unheld(span);
		const uint64_t size = unheld.end - unheld.start;

		if (size)
			PANIC_UNLESS(!mc_frame_free_run(kernel_frames(), unheld.start, size, NULL));
		count += size;
		span.start = unheld.end;
	}
	return count;
}

int boot_memory_release(size_t piece, uint64_t *bytes)
{
	size_t count;
	const struct mc_memmap_range *boot = memory_boot(&count);
	uint64_t size;

	if (piece >= count)
		return MC_ERR_NOT_FOUND;
	if (memory_boot_is_released(piece))
		return MC_ERR_DOUBLE_FREE;
	memory_boot_set_released(piece);
	size = visit_boot_frames(span_of(&boot[piece]), release) * MC_FRAME_SIZE;
	given_back[piece < BOOT_MODULES ? piece : BOOT_MODULES] += size;
	if (bytes)
		*bytes = size;
	return 0;
}

int boot_module_release(size_t index, uint64_t *bytes)
{
	return index < SIZE_MAX - BOOT_MODULES ? boot_memory_release(BOOT_MODULES + index, bytes)
					       : MC_ERR_NOT_FOUND;
}

void boot_modules_release(void)
{
	size_t count;

	(void)memory_boot(&count);
	for (size_t piece = BOOT_MODULES; piece < count; piece++)
		if (!memory_boot_is_released(piece))
			PANIC_UNLESS(!boot_memory_release(piece, NULL));
}

uint64_t boot_memory_given_back(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(given_back); i++)
		sum += given_back[i];
	return sum;
}

/* tests/boot/test_modules.py reads this line. */
void boot_memory_describe(void)
{
	char all[SIZE_TEXT_MAX], stub[SIZE_TEXT_MAX], tables[SIZE_TEXT_MAX],
		information[SIZE_TEXT_MAX], modules[SIZE_TEXT_MAX];

	log_info("boot memory: %s given back: %s of the stub, %s of its tables, %s of boot "
		 "information, %s of modules",
		 describe_size(all, boot_memory_given_back()),
		 describe_size(stub, given_back[BOOT_STUB]),
		 describe_size(tables, given_back[BOOT_STUB_TABLES]),
		 describe_size(information, given_back[BOOT_INFORMATION]),
		 describe_size(modules, given_back[BOOT_MODULES]));
}
