/* SPDX-License-Identifier: MIT */
/*
 * The ranges by address: a treap (Seidel and Aragon, Randomized Search Trees, 1996). A priority is
 * a hash of the range's start, so priorities take no room and need no random numbers. The depth is
 * logarithmic, whatever the order in which firmware lists memory.
 *
 * Ranges are never removed. A reader needs no lock. While an insertion changes links, each link
 * leads to a range that was below it before, so a reader may miss a range, but cannot loop for
 * ever. If `version` has changed, it searches again.
 */
#include "tree.h"

static uint64_t priority(const struct frame_range *range)
{
	uint64_t z = range_start(range) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 32)) * UINT64_C(0xd6e8feb86659fd93);
	return z ^ (z >> 32);
}

static struct frame_range *search(const struct mc_frame_pool *pool, mc_pfn_t pfn)
{
	struct frame_range *node = atomic_load_acquire(&pool->root), *best = NULL;

	while (node) {
		if (pfn < range_end(node)) {
			best = node;
			node = atomic_load_acquire(&node->left);
		} else {
			node = atomic_load_acquire(&node->right);
		}
	}
	return best;
}

struct frame_range *tree_find_from(const struct mc_frame_pool *pool, mc_pfn_t pfn)
{
	for (;;) {
		const uint32_t before = atomic_load_acquire(&pool->version);
		struct frame_range *found = search(pool, pfn);

		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (before % 2 == 0 && atomic_load(&pool->version) == before)
			return found;
		mc_cpu_relax();
	}
}

/* Split `node`'s tree: ranges that start below `pfn` go to *left, the others to *right. */
static void split(struct frame_range *node, mc_pfn_t pfn, struct frame_range **left,
		  struct frame_range **right)
{
	while (node) {
		if (range_start(node) < pfn) {
			atomic_store_release(left, node);
			left = &node->right;
			node = *left;
		} else {
			atomic_store_release(right, node);
			right = &node->left;
			node = *right;
		}
	}
	atomic_store_release(left, NULL);
	atomic_store_release(right, NULL);
}

void tree_insert(struct mc_frame_pool *pool, struct frame_range *range)
{
	struct frame_range **link = &pool->root;
	const mc_pfn_t start = range_start(range);

	atomic_store_barrier(&pool->version, pool->version + 1);
	while (*link && priority(*link) >= priority(range))
		link = start < range_start(*link) ? &(*link)->left : &(*link)->right;
	split(*link, start, &range->left, &range->right);
	atomic_store_release(link, range);
	atomic_store_release(&pool->version, pool->version + 1);
}

bool view_seek_slow(const struct mc_frame_pool *pool, struct mc_frame_view *view, mc_pfn_t pfn)
{
	struct frame_range *range = tree_find_from(pool, pfn);

	if (!range || pfn < range_start(range))
		return false;
	view_set(view, range);
	return true;
}
