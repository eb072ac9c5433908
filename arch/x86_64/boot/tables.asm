; SPDX-License-Identifier: MIT
;
; The bootstrap tables, built before paging is on:
;
;	identity	the stub's own pages, read-execute, only for the jump into 64-bit mode
;	physical map	512 pages of 1 GiB where the CPU has them, else 2048 of 2 MiB; never beyond
;			MAXPHYADDR; read-write
;	recursive slot	if configured
;	kernel		4 KiB pages with each section's permissions; guard pages absent
;
; All leaves except the identity map's are global. Entries are 8 bytes, written as two halves.

%include "boot/stub.inc"

	extern	boot_start, boot_end, text_start, text_end, rodata_start, rodata_end
	extern	data_start, kernel_end, boot_handover, boot_stacks

	global	build_tables

LEAF_READ	equ MC_PT_P | MC_PT_A
LEAF_WRITE	equ MC_PT_P | MC_PT_A | MC_PT_W | MC_PT_D
%define PHYSMAP_PDS 4

; $1: [table + entry] = the physical address of table $2, as a table entry.
%macro LINK 3
	mov	dword [PHYS(%1) + ENTRY(%2)], PHYS(%3) + MC_PT_TABLE_FLAGS
%endmacro

	bits	32
	section	.boot.text

; Builds everything and fills boot_handover. Changes all registers but EBP, ESP. Tables are zero.
build_tables:
	call	link_tables
	call	map_identity
	call	map_kernel
	call	choose_levels
	jmp	map_physical

; The tables that do not depend on the CPU.
link_tables:
	LINK	boot_pml4, PHYSMAP_SLOT, physmap_pdpt
	LINK	boot_pml4, KERNEL_SLOT, kernel_pdpt
	LINK	kernel_pdpt, KERNEL_PDPT_INDEX, kernel_pd
	LINK	identity_pdpt, 0, identity_pd
	LINK	identity_pd, 0, identity_pt
%assign i 0
%rep BOOT_KERNEL_TABLES
	LINK	kernel_pd, KERNEL_PD_INDEX + i, kernel_pts + i * MC_FRAME_SIZE
%assign i i + 1
%endrep
	ret

; The root is the PML4, or with 5 levels a PML5 whose last entry is the PML4. The identity map is
; below root entry 0 in both cases.
choose_levels:
	mov	ebx, PHYS(boot_pml4)
	mov	ecx, PHYS(identity_pdpt)
	mov	edx, 4
%ifdef CONFIG_LA57
	call	has_5_levels
	mov	ebx, PHYS(boot_pml4)
	mov	ecx, PHYS(identity_pdpt)
	mov	edx, 4
	test	eax, eax
	jz	.four_levels
	LINK	boot_pml5, MC_PT_ENTRIES - 1, boot_pml4
	LINK	identity_pml4, 0, identity_pdpt
	mov	ebx, PHYS(boot_pml5)
	mov	ecx, PHYS(identity_pml4)
	mov	edx, 5
.four_levels:
%endif
	mov	[PHYS(boot_handover) + HANDOVER_ROOT], ebx
	mov	[PHYS(boot_handover) + HANDOVER_LEVELS], edx
	or	ecx, MC_PT_TABLE_FLAGS
	mov	[ebx + ENTRY(0)], ecx
%ifdef CONFIG_RECURSIVE
	mov	eax, ebx
	or	eax, MC_PT_TABLE_FLAGS
	mov	[ebx + ENTRY(RECURSIVE_SLOT)], eax
	mov	dword [ebx + ENTRY(RECURSIVE_SLOT) + 4], PT_NX_HIGH
%endif
	ret

%ifdef CONFIG_LA57
; EAX: not zero if the CPU has 5-level paging. Changes EBX, ECX, EDX.
has_5_levels:
	xor	eax, eax
	cpuid
	cmp	eax, CPUID_STRUCTURED
	mov	eax, 0
	jb	.done
	mov	eax, CPUID_STRUCTURED
	xor	ecx, ecx
	cpuid
	mov	eax, ecx
	and	eax, CPUID_7_ECX_LA57
.done:
	ret
%endif

; EAX: MC_PT_G if the CPU has global pages, else 0. Changes EBX, ECX, EDX.
global_flag:
	mov	eax, CPUID_FEATURES
	cpuid
	xor	eax, eax
	test	edx, CPUID_1_EDX_PGE
	jz	.done
	mov	eax, MC_PT_G
.done:
	ret

map_identity:
	mov	eax, boot_start
	mov	ecx, boot_end
	mov	edi, PHYS(identity_pt)
	mov	edx, LEAF_READ
	xor	esi, esi
	jmp	map_pages

map_kernel:
	call	global_flag
	push	eax

	mov	edi, PHYS(kernel_pts)
	mov	edx, [esp]
	or	edx, LEAF_READ
	mov	eax, PHYS(text_start)
	mov	ecx, PHYS(text_end)
	xor	esi, esi
	call	map_pages

	mov	esi, PT_NX_HIGH
	mov	eax, PHYS(rodata_start)
	mov	ecx, PHYS(rodata_end)
	call	map_pages

	pop	edx
	or	edx, LEAF_WRITE
	mov	eax, PHYS(data_start)
	mov	ecx, PHYS(kernel_end)
	call	map_pages

	mov	eax, PHYS(boot_stacks)	; the first page of each stack is its guard
	mov	ecx, NR_STACKS
.guard:
	mov	ebx, eax
	shr	ebx, 12
	mov	dword [edi + ebx * MC_PT_ENTRY_SIZE], 0
	mov	dword [edi + ebx * MC_PT_ENTRY_SIZE + 4], 0
	add	eax, STACK_STRIDE
	loop	.guard
	ret

; Pages [EAX, ECX), page-aligned, into the PTs at EDI, which begin at physical address 0; EDX: low
; flags, ESI: high half of the entries. Changes EAX, EBX.
map_pages:
	cmp	eax, ecx
	jae	.done
	mov	ebx, eax
	shr	ebx, 12
	mov	[edi + ebx * MC_PT_ENTRY_SIZE + 4], esi
	lea	ebx, [edi + ebx * MC_PT_ENTRY_SIZE]
	mov	[ebx], eax
	or	[ebx], edx
	add	eax, MC_FRAME_SIZE
	jmp	map_pages
.done:
	ret

map_physical:
	call	maxphyaddr
	push	eax
	call	global_flag
	mov	esi, eax
	or	esi, LEAF_WRITE | MC_PT_PS
	mov	eax, CPUID_EXT_FEATURES
	cpuid
	pop	ecx			; MAXPHYADDR
	test	edx, CPUID_E1_EDX_1GIB
	jz	map_physical_2m

; Map 1 GiB pages: as many as one PDPT holds, at most all physical addresses.
map_physical_1g:
	mov	ebx, MC_PT_ENTRIES
	sub	ecx, 30
	cmp	ecx, 9
	jae	.counted
	mov	ebx, 1
	shl	ebx, cl
.counted:
	mov	[PHYS(boot_handover) + HANDOVER_REACH + 4], ebx
	shr	dword [PHYS(boot_handover) + HANDOVER_REACH + 4], 2
	mov	eax, ebx
	shl	eax, 30
	mov	[PHYS(boot_handover) + HANDOVER_REACH], eax

	mov	edi, PHYS(physmap_pdpt)
	xor	ecx, ecx
.next:
	mov	eax, ecx
	shl	eax, 30
	or	eax, esi
	mov	[edi + ecx * MC_PT_ENTRY_SIZE], eax
	mov	eax, ecx
	shr	eax, 2
	or	eax, PT_NX_HIGH
	mov	[edi + ecx * MC_PT_ENTRY_SIZE + 4], eax
	inc	ecx
	cmp	ecx, ebx
	jb	.next
	ret

; The first 4 GiB: four PDs of 2 MiB pages. No long-mode CPU has fewer than 32 address bits.
map_physical_2m:
	mov	dword [PHYS(boot_handover) + HANDOVER_REACH + 4], 1
%assign i 0
%rep PHYSMAP_PDS
	LINK	physmap_pdpt, i, physmap_pds + i * MC_FRAME_SIZE
%assign i i + 1
%endrep
	mov	edi, PHYS(physmap_pds)
	xor	ecx, ecx
.next:
	mov	eax, ecx
	shl	eax, 21
	or	eax, esi
	mov	[edi + ecx * MC_PT_ENTRY_SIZE], eax
	mov	dword [edi + ecx * MC_PT_ENTRY_SIZE + 4], PT_NX_HIGH
	inc	ecx
	cmp	ecx, PHYSMAP_PDS * MC_PT_ENTRIES
	jb	.next
	ret

; EAX: the width of physical addresses. Changes EBX, ECX, EDX.
maxphyaddr:
	mov	eax, CPUID_EXT_MAX
	cpuid
	cmp	eax, CPUID_EXT_ADDRESS
	mov	eax, MAXPHYADDR_DEFAULT
	jb	.done
	mov	eax, CPUID_EXT_ADDRESS
	cpuid
	movzx	eax, al
.done:
	ret


	section	.boot_tables nobits alloc noexec write align=4096

boot_pml5:	resb MC_FRAME_SIZE
boot_pml4:	resb MC_FRAME_SIZE
identity_pml4:	resb MC_FRAME_SIZE
identity_pdpt:	resb MC_FRAME_SIZE
identity_pd:	resb MC_FRAME_SIZE
identity_pt:	resb MC_FRAME_SIZE
kernel_pdpt:	resb MC_FRAME_SIZE
kernel_pd:	resb MC_FRAME_SIZE
kernel_pts:	resb MC_FRAME_SIZE * BOOT_KERNEL_TABLES
physmap_pdpt:	resb MC_FRAME_SIZE
physmap_pds:	resb MC_FRAME_SIZE * PHYSMAP_PDS
