# SPDX-License-Identifier: MIT
kernel-y += mm/audit.c mm/cursor.c mm/mapper.c
kernel-y += mm/memmap.c
kernel-y += mm/frame.c mm/frame_bits.c mm/frame_block.c mm/frame_bulk.c mm/frame_cache.c
kernel-y += mm/frame_chunk.c
kernel-y += mm/frame_debug.c mm/frame_extent.c mm/frame_layout.c mm/frame_picture.c mm/frame_pick.c
kernel-y += mm/frame_access.c mm/frame_run.c mm/frame_single.c mm/frame_stats.c mm/frame_tree.c mm/frame_usage.c
kernel-y += mm/physmap.c mm/physmap_map.c
kernel-y += mm/range.c mm/space.c mm/temp_page.c mm/vmap.c
kernel-y += mm/tlb.c
kernel-y += mm/walk.c
kernel-$(CONFIG_MAPPER_OFFSET) += mm/access_offset.c
kernel-$(CONFIG_MAPPER_RECURSIVE) += mm/access_recursive.c mm/access_second.c mm/second_slot.c
kernel-$(CONFIG_MAPPER_GENERIC) += mm/access_generic.c
