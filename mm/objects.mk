# SPDX-License-Identifier: MIT
#
# mm's sources, once: every program that has some of them takes them from here.

mm_frame := $(patsubst %,mm/frame/%.c,bits block bulk cache chunk debug layout pick pool run \
	single stats stretch tree usage)
mm_pagetable := $(patsubst %,mm/pagetable/%.c,cursor mapper merge range reserve root second_slot visit walk window \
	access/generic access/offset access/recursive access/second) \
	$(patsubst %,mm/space/%.c,space tlb) mm/physmap.c mm/temp_page.c
mm_sources := $(mm_frame) $(mm_pagetable) $(patsubst %,mm/%.c,audit error memmap physmap_map vmap)

# What a configuration may be without.
mm-$(CONFIG_MAPPER_OFFSET) += mm/pagetable/access/offset.c
mm-$(CONFIG_MAPPER_RECURSIVE) += mm/pagetable/access/recursive.c mm/pagetable/access/second.c \
	mm/pagetable/second_slot.c
mm-$(CONFIG_MAPPER_GENERIC) += mm/pagetable/access/generic.c
kernel-y += $(filter-out $(mm-) $(mm-n),$(mm_sources))
