/* SPDX-License-Identifier: MIT */
/* In the kernel, the fixture's frames are in the image: their physical address is known. */
#include <mercator/layout.h>

#include "mapper_fixture.h"

static uint8_t memory[FIXTURE_FRAMES][FRAME_SIZE] __attribute__((aligned(FRAME_SIZE)));

phys_addr_t fixture_memory(void)
{
	return phys_addr((uint64_t)(uintptr_t)memory - KERNEL_BASE);
}
