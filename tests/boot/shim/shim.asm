; SPDX-License-Identifier: MIT
;
; Stands in for a boot loader that GRUB is not: QEMU's -kernel loads this Multiboot1 image (address
; fields instead of ELF; Multiboot specification 0.6.96, 3.1) with two modules. The first is
; Mercator's ELF file, whose segments are put where they belong. The second are the orders, made by
; tests/boot/shim/shim.py: what EAX says, the boot information, and in which state the machine is
; handed over. Entered in 32-bit protected mode, flat, EBX the Multiboot1 information.

MULTIBOOT1_HEADER_MAGIC	equ 0x1badb002
MULTIBOOT1_FLAGS	equ 1 << 16	; the address fields are valid
MODULES_ADDRESS		equ 24
MODULE_SIZE		equ 16

; The orders, field by field; the boot information follows.
ORDERS_MAGIC		equ 0
ORDERS_ADDRESS		equ 4		; where the boot information goes
ORDERS_SIZE		equ 8
ORDERS_DIRTY		equ 12		; if not 0: junk in memory and registers
ORDERS_INFORMATION	equ 16

ELF_ENTRY		equ 0x18
ELF_PHOFF		equ 0x20
ELF_PHENTSIZE		equ 0x36
ELF_PHNUM		equ 0x38
PH_TYPE			equ 0
PH_OFFSET		equ 8
PH_PADDR		equ 0x18
PH_FILESZ		equ 0x20
PT_LOAD			equ 1

KERNEL_AREA		equ 0x100000	; the kernel's segments lie here, below the shim
SHIM_ADDRESS		equ 0x400000
JUNK			equ 0xa5a5a5a5

CR0_NW_CD		equ 3 << 29
; DE, PSE, PAE, MCE, PGE, OSFXSR, OSXMMEXCPT: on every CPU that gets this far
CR4_JUNK		equ 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 9 | 1 << 10
MSR_EFER		equ 0xc0000080
EFER_JUNK		equ 1 << 0 | 1 << 11	; SCE, NXE
MSR_PAT			equ 0x277
EFLAGS_JUNK		equ 0x47402	; AC, NT, IOPL 3, DF

	org	SHIM_ADDRESS
	bits	32

header:
	dd	MULTIBOOT1_HEADER_MAGIC
	dd	MULTIBOOT1_FLAGS
	dd	-(MULTIBOOT1_HEADER_MAGIC + MULTIBOOT1_FLAGS)
	dd	header			; header_addr
	dd	header			; load_addr
	dd	0			; load_end_addr: the whole file
	dd	stack_top		; bss_end_addr
	dd	start			; entry_addr

start:
	cli
	cld
	mov	esp, stack_top
	mov	eax, [ebx + MODULES_ADDRESS]
	mov	ebp, [eax]		; EBP: the ELF file
	mov	ebx, [eax + MODULE_SIZE]; EBX: the orders

	xor	eax, eax		; what the segments do not cover: zeros, or junk
	cmp	dword [ebx + ORDERS_DIRTY], 0
	je	.fill
	mov	eax, JUNK
.fill:
	mov	edi, KERNEL_AREA
	mov	ecx, (SHIM_ADDRESS - KERNEL_AREA) / 4
	rep stosd

	movzx	edx, word [ebp + ELF_PHNUM]
	mov	eax, [ebp + ELF_PHOFF]
	add	eax, ebp
.segment:
	cmp	dword [eax + PH_TYPE], PT_LOAD
	jne	.next
	mov	esi, [eax + PH_OFFSET]
	add	esi, ebp
	mov	edi, [eax + PH_PADDR]
	mov	ecx, [eax + PH_FILESZ]
	rep movsb
.next:
	movzx	ecx, word [ebp + ELF_PHENTSIZE]
	add	eax, ecx
	dec	edx
	jnz	.segment

	lea	esi, [ebx + ORDERS_INFORMATION]
	mov	edi, [ebx + ORDERS_ADDRESS]
	mov	ecx, [ebx + ORDERS_SIZE]
	rep movsb

	cmp	dword [ebx + ORDERS_DIRTY], 0
	je	enter_kernel

	mov	eax, CR4_JUNK
	mov	cr4, eax
	mov	ecx, MSR_EFER
	mov	eax, EFER_JUNK
	xor	edx, edx
	wrmsr
	mov	ecx, MSR_PAT		; everything uncached
	xor	eax, eax
	wrmsr
	mov	eax, JUNK & ~0xfff
	mov	cr3, eax
	mov	eax, cr0
	or	eax, CR0_NW_CD
	mov	cr0, eax
	lgdt	[junk_pointer]		; the segment registers keep what they have
	lidt	[junk_pointer]
	push	EFLAGS_JUNK
	popfd
	mov	esi, JUNK
	mov	edi, JUNK
	mov	edx, JUNK
	mov	ecx, JUNK

enter_kernel:
	mov	eax, [ebp + ELF_ENTRY]
	mov	[entry], eax
	mov	eax, [ebx + ORDERS_MAGIC]
	mov	ebx, [ebx + ORDERS_ADDRESS]
	xor	esp, esp
	xor	ebp, ebp
	jmp	[entry]

	align	4
entry:
	dd	0
junk_pointer:
	dw	7
	dd	JUNK

	align	16
	times	256 db 0
stack_top:
