# SPDX-License-Identifier: MIT
kernel-y += mm/mapper.c
kernel-y += mm/memmap.c
kernel-y += mm/physmap.c
kernel-y += mm/range.c
kernel-y += mm/table_window.c
kernel-y += mm/tlb.c
kernel-y += mm/walk.c
kernel-$(CONFIG_MAPPER_OFFSET) += mm/access_offset.c
kernel-$(CONFIG_MAPPER_RECURSIVE) += mm/access_recursive.c mm/temp_page.c
kernel-$(CONFIG_MAPPER_GENERIC) += mm/access_generic.c
