/* SPDX-License-Identifier: MIT */
/*
 * What the library asks of its program (docs/paging.md), for one that only builds and reads tables:
 * nothing translates by them, so there is no TLB and no active root. Each is replaced by the program's
 * own, if it has one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <mercator/platform.h>

#define REPLACEABLE __attribute__((weak))

/* The offset method: physical address 0 is at this address. */
REPLACEABLE uint64_t host_physmap_base;

/* The recursive method reads tables at addresses that nothing here translates. */
REPLACEABLE void *mc_own_pointer(mc_virt_addr_t address)
{
	mc_panic("mc_own_pointer(%#lx): the program has none of its own", mc_virt_raw(address));
}

REPLACEABLE struct mc_root mc_active_root(void)
{
	return (struct mc_root){ 0 };
}

REPLACEABLE void mc_tlb_invalidate_page(mc_virt_addr_t address)
{
	(void)address;
}

REPLACEABLE void mc_tlb_load_root(mc_phys_addr_t root)
{
	(void)root;
}

REPLACEABLE void mc_tlb_flush_all(void)
{
}

/* A mistake in the program that the debug checks found. */
REPLACEABLE void mc_panic(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("panic: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	abort();
}
