; SPDX-License-Identifier: MIT
;
; From the boot loader to C. Entered in 32-bit protected mode without paging (Multiboot2, 3.3), with
; flat segments, EAX the loader's magic number and EBX the physical address of its information. The
; stub trusts nothing else: it checks the CPU before it uses a feature, and writes control registers
; whole. It leaves 64-bit mode on the bootstrap tables (tables.asm), running at -2 GiB on the boot
; stack, identity map gone, interrupts masked, and calls kernel_main().
;
; Memory past the image is not written: the loader's information may lie directly behind it.

%include "boot/stub.inc"

	extern	bss_start, bss_end
	extern	build_tables
	extern	stop_no_multiboot2, stop_no_cpuid, stop_no_long_mode, stop_no_nx, stop_no_basics
	extern	kernel_main

	global	boot_entry, boot_handover, boot_stacks

	bits	32
	section	.boot.text progbits alloc exec nowrite align=16

boot_entry:
	cli
	cld
	mov	esp, PHYS(boot_stack_top)
	cmp	eax, MULTIBOOT2_LOADER_MAGIC
	jne	stop_no_multiboot2
	mov	ebp, ebx		; EBP keeps the information's address: CPUID takes EBX

	mov	edi, PHYS(bss_start)	; the loader should have zeroed it; do not rely on that
	mov	ecx, PHYS(bss_end)
	sub	ecx, edi
	shr	ecx, 2
	xor	eax, eax
	rep stosd

	call	check_cpu
	mov	[PHYS(boot_handover) + HANDOVER_INFORMATION], ebp
	call	build_tables
	jmp	enable_long_mode

; Check for everything that the kernel needs; stop with a sentence if it is missing.
check_cpu:
	pushfd				; CPUID exists if RFLAGS.ID can be changed (SDM 1, 20.1)
	pop	eax
	mov	ecx, eax
	xor	eax, RFLAGS_ID
	push	eax
	popfd
	pushfd
	pop	eax
	xor	eax, ecx
	test	eax, RFLAGS_ID
	jz	stop_no_cpuid

	mov	eax, CPUID_EXT_MAX
	cpuid
	cmp	eax, CPUID_EXT_FEATURES
	jb	stop_no_long_mode	; leaves above EAX return what the highest basic leaf does
	mov	eax, CPUID_EXT_FEATURES
	cpuid
	test	edx, CPUID_E1_EDX_LM
	jz	stop_no_long_mode
	test	edx, CPUID_E1_EDX_NX
	jz	stop_no_nx

	mov	eax, CPUID_FEATURES
	cpuid
	and	edx, BASIC_FEATURES
	cmp	edx, BASIC_FEATURES
	jne	stop_no_basics
	ret

; CMOV is in every compiled function.
BASIC_FEATURES equ CPUID_1_EDX_MSR | CPUID_1_EDX_PAE | CPUID_1_EDX_CMOV | CPUID_1_EDX_PAT

; Turn on PAE and, if CPUID has them, PGE and LA57; the root table; EFER; the PAT; paging (SDM 3,
; 10.8.5). LA57 can change only while paging is off, and NXE must be on before an entry with NX is
; used. From the write of CR0 on there is no stack: the identity map has only the stub's own pages.
enable_long_mode:
	lgdt	[gdt_pointer]		; GDTR still points into the loader's memory
	mov	eax, CPUID_FEATURES
	cpuid
	mov	esi, KERNEL_CR4
	test	edx, CPUID_1_EDX_PGE
	jz	.no_global
	or	esi, CR4_PGE
.no_global:
	cmp	dword [PHYS(boot_handover) + HANDOVER_LEVELS], 5
	jne	.four_levels
	or	esi, CR4_LA57
.four_levels:
	mov	cr4, esi
	mov	eax, [PHYS(boot_handover) + HANDOVER_ROOT]
	mov	cr3, eax

	mov	ecx, MSR_EFER
	mov	eax, KERNEL_EFER
	xor	edx, edx
	wrmsr
	mov	ecx, MSR_PAT
	mov	eax, KERNEL_PAT & 0xffffffff
	mov	edx, KERNEL_PAT >> 32
	wrmsr

	mov	eax, KERNEL_CR0
	mov	cr0, eax
	jmp	SELECTOR_CODE64:boot_entry64

	bits	64
boot_entry64:
	mov	rax, boot_entry_high
	jmp	rax

	section	.boot.rodata progbits alloc noexec nowrite align=8

gdt:
	dq	0
	dq	DESCRIPTOR_CODE64
	dq	DESCRIPTOR_DATA
.end:

gdt_pointer:
	dw	gdt.end - gdt - 1
	dd	gdt

	section	.text progbits alloc exec nowrite align=16

; At -2 GiB. The data segments still hold the loader's selectors: null is what 64-bit code wants.
boot_entry_high:
	mov	rsp, boot_stack_top
	push	RFLAGS_FIXED
	popfq
	xor	eax, eax
	mov	ds, eax
	mov	es, eax
	mov	fs, eax
	mov	gs, eax
	mov	eax, SELECTOR_DATA
	mov	ss, eax

	mov	rbx, [boot_handover + HANDOVER_ROOT]
	mov	rax, KERNEL_BASE
	mov	qword [rax + rbx], 0	; the identity map: all of it is below root entry 0
	mov	cr3, rbx
	xor	ebp, ebp		; ends the chain of frame pointers
	call	kernel_main
.stop:
	cli
	hlt
	jmp	.stop

	section	.data progbits alloc noexec write align=8

boot_handover:
	times	HANDOVER_SIZE db 0

	section	.stacks nobits alloc noexec write align=4096

boot_stacks:
	resb	NR_STACKS * STACK_STRIDE
boot_stack_top equ boot_stacks + STACK_BOOT * STACK_STRIDE + STACK_GUARD_SIZE + STACK_SIZE
