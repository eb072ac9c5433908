/* SPDX-License-Identifier: MIT */
/* Exceptions (SDM 3, chapter 6): what the CPU and vectors.asm save, and catching expected ones. */
#ifndef ARCH_EXCEPTION_H
#define ARCH_EXCEPTION_H

#include <mercator/types.h>

#define NR_EXCEPTIONS 32

enum exception_vector {
	EXCEPTION_DE = 0,
	EXCEPTION_DB = 1,
	EXCEPTION_NMI = 2,
	EXCEPTION_BP = 3,
	EXCEPTION_UD = 6,
	EXCEPTION_DF = 8,
	EXCEPTION_NP = 11,
	EXCEPTION_SS = 12,
	EXCEPTION_GP = 13,
	EXCEPTION_PF = 14,
	EXCEPTION_MC = 18,
};

/* Bits of a page fault's error code (SDM 3, 4.7). */
#define PF_PRESENT  (UINT64_C(1) << 0) /* a right was missing, not the page */
#define PF_WRITE    (UINT64_C(1) << 1)
#define PF_USER     (UINT64_C(1) << 2)
#define PF_RESERVED (UINT64_C(1) << 3) /* a reserved bit was set in an entry */
#define PF_FETCH    (UINT64_C(1) << 4)

/* As pushed, lowest address first: by vectors.asm, and from `rip` on by the CPU. */
struct exception_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error_code; /* error_code is 0 for vectors that have none */
	uint64_t rip, cs, rflags, rsp, ss;
};

/* Load the kernel's own GDT, TSS and IDT, with separate stacks for #DF, NMI and #MC. */
void descriptors_init(void);
void exceptions_init(void);

/* "#PF page fault" and so on. */
const char *exception_name(uint64_t vector);

/* What happened to a function that was run by fault_catch(). */
struct fault {
	uint64_t vector;
	uint64_t error_code;
	uint64_t address; /* CR2; valid for page faults only */
	uint64_t rip;
	uint64_t handler_stack; /* an address on the stack that the handler ran on */
};

/*
 * Call function(argument). If an exception happens meanwhile, abort the function, fill *fault and
 * return true; otherwise return false. The function's stack frames are lost, so it should own
 * nothing that must be freed. Calls nest. One CPU only.
 */
bool fault_catch(void (*function)(void *), void *argument, struct fault *fault);

/*
 * Have #DB call handler(RFLAGS) after each instruction that is executed with RFLAGS.TF set (SDM 3,
 * "Single-Step Exception Condition"), with interrupts off and TF clear, and go on. NULL: #DB is an
 * exception like the others again.
 */
void exception_on_step(void (*handler)(uint64_t rflags));

/*
 * Have #PF ask handler(CR2, error code) first, with interrupts off: if it returns true, the instruction is
 * executed again. NULL: #PF is an exception like the others again.
 */
void exception_on_page_fault(bool (*handler)(uint64_t address, uint64_t error_code));

/* Called for an unexpected exception, with its CR2. Provided by kernel/. */
__attribute__((noreturn)) void kernel_exception(const struct exception_frame *frame, uint64_t cr2);

#endif
