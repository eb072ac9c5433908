/* SPDX-License-Identifier: MIT */
/*
 * The kernel image: the stub is linked where it is loaded (virtual = physical, so that the entry
 * point lies in a loadable segment's virtual range, as GRUB requires), the rest at -2 GiB plus its
 * physical address. Each section starts on a page, so that it can have its own permissions.
 */
#include <generated/constants.h>

ENTRY(boot_entry)

PHDRS
{
	boot PT_LOAD FLAGS(5);
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
}

/*
 * Each section fills its last page: GRUB may put the boot information into any gap between segments
 * that is large enough, and it must not be in the kernel's own pages.
 */
SECTIONS
{
	. = KERNEL_LOAD_ADDRESS;
	boot_start = .;
	.boot : {
		KEEP(*(.boot.header))
		*(.boot.text)
		*(.boot.rodata)
		. = ALIGN(MC_FRAME_SIZE);
	} :boot
	boot_end = .;

	. += KERNEL_BASE;
	kernel_start = .;
	text_start = .;
	.text : AT(ADDR(.text) - KERNEL_BASE) {
		*(.text .text.*)
		. = ALIGN(MC_FRAME_SIZE);
	} :text
	text_end = .;

	rodata_start = .;
	.rodata : AT(ADDR(.rodata) - KERNEL_BASE) {
		*(.rodata .rodata.*)
		. = ALIGN(8);
		__start_ktests = .;
		KEEP(*(ktests))
		__stop_ktests = .;
		__start_kbenches = .;
		KEEP(*(kbenches))
		__stop_kbenches = .;
		. = ALIGN(MC_FRAME_SIZE);
	} :rodata
	rodata_end = .;

	data_start = .;
	.data : AT(ADDR(.data) - KERNEL_BASE) { *(.data .data.*) } :data
	.bss : AT(ADDR(.bss) - KERNEL_BASE) {
		bss_start = .;
		*(.bss .bss.* COMMON)
		. = ALIGN(MC_FRAME_SIZE);
		boot_tables_start = .;
		*(.boot_tables)
		boot_tables_end = .;
		*(.stacks)
		. = ALIGN(MC_FRAME_SIZE);
		bss_end = .;
	} :data
	kernel_end = .;

	/DISCARD/ : { *(.note .note.* .comment .eh_frame .eh_frame_hdr) }
}

ASSERT(kernel_end - KERNEL_BASE <= BOOT_KERNEL_REACH,
       "the kernel image is larger than the stub maps: raise BOOT_KERNEL_TABLES")
