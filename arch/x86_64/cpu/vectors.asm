; SPDX-License-Identifier: MIT
;
; The 32 exception entries: each completes struct exception_frame and calls C, with the direction
; flag and the stack alignment that C expects: the CPU aligns RSP to 16 before it pushes, and the
; frame's 22 words keep that. Also catch_call(), the assembly half of fault_catch().

	extern	exception_dispatch

	global	exception_entries, catch_call, catch_landing

	section	.text progbits alloc exec nowrite align=16

; Vectors for which the CPU pushes an error code (SDM 3, table 6-1; #VC and #SX: AMD APM 2, 8.2).
%macro ENTRY 1
entry_%1:
%if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17 || %1 == 21 || %1 == 29 || %1 == 30
%else
	push	0
%endif
	push	%1
	jmp	exception_common
%endmacro

%assign vector 0
%rep 32
	ENTRY	vector
%assign vector vector + 1
%endrep

exception_common:
	push	rax
	push	rbx
	push	rcx
	push	rdx
	push	rsi
	push	rdi
	push	rbp
	push	r8
	push	r9
	push	r10
	push	r11
	push	r12
	push	r13
	push	r14
	push	r15
	cld
	mov	rdi, rsp
	call	exception_dispatch
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rbp
	pop	rdi
	pop	rsi
	pop	rdx
	pop	rcx
	pop	rbx
	pop	rax
	add	rsp, 16			; vector and error code
	iretq

; bool catch_call(void (*function)(void *), void *argument, uint64_t *stack_pointer)
; False when function(argument) returns. To give it up, an exception returns to catch_landing with
; RSP as it was stored at *stack_pointer: then this returns true. Preserves what C's callers expect.
catch_call:
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	sub	rsp, 8
	mov	[rdx], rsp
	mov	rax, rdi
	mov	rdi, rsi
	call	rax
	xor	eax, eax
	jmp	catch_return
catch_landing:
	mov	eax, 1
catch_return:
	add	rsp, 8
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	ret

	section	.rodata progbits alloc noexec nowrite align=8

exception_entries:
%assign vector 0
%rep 32
	dq	entry_ %+ vector
%assign vector vector + 1
%endrep
