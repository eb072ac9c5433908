; SPDX-License-Identifier: MIT
;
; Where the stub stops if it cannot go on: one sentence on COM1, and on the screen if that is still
; in text mode; then halt. 32-bit code without paging, independent of the kernel.

%include "boot/stub.inc"

	global	stop_no_multiboot2, stop_no_cpuid, stop_no_long_mode, stop_no_nx, stop_no_basics

COM1		equ 0x3f8
UART_DATA	equ COM1
UART_DIVISOR_LOW equ COM1
UART_INTERRUPTS	equ COM1 + 1
UART_DIVISOR_HIGH equ COM1 + 1
UART_FIFO	equ COM1 + 2
UART_LINE	equ COM1 + 3
UART_MODEM	equ COM1 + 4
UART_STATUS	equ COM1 + 5
UART_LINE_8N1	equ 0x03
UART_LINE_DLAB	equ 0x80
UART_LOOPBACK	equ 0x1e
UART_READY	equ 0x0b	; DTR, RTS, OUT2
UART_EMPTY	equ 0x20
UART_PROBE	equ 0xa5
POLLS		equ 100000	; bound of every wait: 16 ms at the least, a character takes 0.1 ms

VGA_GRAPHICS_INDEX equ 0x3ce
VGA_MISC	equ 6
VGA_MISC_GRAPHICS equ 1
VGA_TEXT	equ 0xb8000
VGA_CELLS	equ 80 * 25
VGA_ATTRIBUTE	equ 0x4f	; white on red

	bits	32
	section	.boot.text

%macro STOP 1
stop_%1:
	mov	ebp, text_%1
	jmp	stop
%endmacro

	STOP	no_multiboot2
	STOP	no_cpuid
	STOP	no_long_mode
	STOP	no_nx
	STOP	no_basics

; EBP: the sentence.
stop:
	call	write_serial
	call	write_vga
.halt:
	cli
	hlt
	jmp	.halt

write_serial:
	mov	dx, UART_INTERRUPTS
	xor	al, al
	out	dx, al
	mov	dx, UART_LINE
	mov	al, UART_LINE_DLAB
	out	dx, al
	mov	dx, UART_DIVISOR_LOW
	mov	al, 1			; 115200 baud
	out	dx, al
	mov	dx, UART_DIVISOR_HIGH
	xor	al, al
	out	dx, al
	mov	dx, UART_LINE
	mov	al, UART_LINE_8N1
	out	dx, al
	mov	dx, UART_FIFO
	mov	al, 0xc7		; on, cleared
	out	dx, al
	mov	dx, UART_MODEM		; a missing port does not echo
	mov	al, UART_LOOPBACK
	out	dx, al
	mov	dx, UART_DATA
	mov	al, UART_PROBE
	out	dx, al
	mov	ecx, POLLS
.echo:
	mov	dx, UART_STATUS
	in	al, dx
	test	al, 1
	loopz	.echo
	mov	dx, UART_DATA
	in	al, dx
	mov	bl, al
	mov	dx, UART_MODEM
	mov	al, UART_READY
	out	dx, al
	cmp	bl, UART_PROBE
	jne	.done

	mov	esi, ebp
.next:
	lodsb
	test	al, al
	jz	.done
	mov	bl, al
	mov	ecx, POLLS
.wait:
	mov	dx, UART_STATUS
	in	al, dx
	test	al, UART_EMPTY
	loopz	.wait
	mov	dx, UART_DATA
	mov	al, bl
	out	dx, al
	jmp	.next
.done:
	ret

; The graphics controller tells whether the screen shows text; without VGA it reads as ones.
write_vga:
	mov	dx, VGA_GRAPHICS_INDEX
	mov	al, VGA_MISC
	out	dx, al
	inc	dx
	in	al, dx
	test	al, VGA_MISC_GRAPHICS
	jnz	.done

	mov	edi, VGA_TEXT
	mov	ecx, VGA_CELLS
	mov	eax, VGA_ATTRIBUTE << 8 | ' '
	rep stosw
	mov	edi, VGA_TEXT
	mov	esi, ebp
.next:
	lodsb
	cmp	al, ' '			; ends at the line's end, or the text's
	jb	.done
	stosw
	jmp	.next
.done:
	ret

	section	.boot.rodata

text_no_multiboot2:
	db	"Mercator: not loaded by Multiboot2 (EAX is not 0x36d76289). Stopped.", 13, 10, 0
text_no_cpuid:
	db	"Mercator: this CPU has no CPUID instruction. A 64-bit CPU is needed. Stopped.", 13, 10, 0
text_no_long_mode:
	db	"Mercator: this CPU has no long mode. A 64-bit CPU is needed. Stopped.", 13, 10, 0
text_no_nx:
	db	"Mercator: this CPU has no NX bit, or firmware turned it off. Stopped.", 13, 10, 0
text_no_basics:
	db	"Mercator: this CPU lacks PAE, MSRs, CMOV or the PAT. Stopped.", 13, 10, 0
