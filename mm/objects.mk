# SPDX-License-Identifier: MIT
kernel-y += mm/access_offset.c mm/physmap.c mm/walk.c
kernel-$(CONFIG_RECURSIVE) += mm/access_recursive.c
kernel-y += mm/memmap.c
