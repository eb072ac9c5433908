; SPDX-License-Identifier: MIT
;
; The Multiboot2 header (specification, 3.1): it identifies the kernel for GRUB. The only request is
; a framebuffer, and it is optional: on UEFI there is no other screen. No tags of the information
; are requested, because we need only the memory map.

%include "generated/constants.inc"

HEADER_TAG_END		equ 0
HEADER_TAG_FRAMEBUFFER	equ 5
HEADER_TAG_OPTIONAL	equ 1
ARCHITECTURE_I386	equ 0	; entered in 32-bit protected mode

	section .boot.header progbits alloc noexec nowrite align=8

header:
	dd	MULTIBOOT2_HEADER_MAGIC
	dd	ARCHITECTURE_I386
	dd	header.end - header
	dd	(-(MULTIBOOT2_HEADER_MAGIC + ARCHITECTURE_I386 + (.end - header))) & 0xffffffff

	align	8
.framebuffer:
	dw	HEADER_TAG_FRAMEBUFFER
	dw	HEADER_TAG_OPTIONAL
	dd	.framebuffer_end - .framebuffer
	dd	0			; width, height: the loader's choice
	dd	0
	dd	32			; bits per pixel
.framebuffer_end:

	align	8
	dw	HEADER_TAG_END
	dw	0
	dd	8
.end:
