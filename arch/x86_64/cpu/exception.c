/* SPDX-License-Identifier: MIT */
/*
 * The IDT and exception handling: a function that expects the exception is aborted (fault_catch),
 * otherwise the kernel gets it. Only the 32 exceptions have gates. Maskable interrupts stay off, so
 * any other vector can only come from an INT instruction, and raises #GP.
 */
#include <arch/cpu.h>
#include <arch/exception.h>

#include "descriptors.h"

#define GATE_INTERRUPT UINT64_C(0x8e) /* present, privilege 0, interrupt gate */

struct gate {
	uint64_t low, high;
};

/* One fault_catch() in progress. */
struct catch_point {
	struct catch_point *outer;
	struct fault *fault;
	uint64_t stack_pointer;
};

/* In vectors.asm. */
extern const uint64_t exception_entries[NR_EXCEPTIONS];
extern char catch_landing[];
bool catch_call(void (*function)(void *), void *argument, uint64_t *stack_pointer);

void exception_dispatch(struct exception_frame *frame);

static struct gate idt[NR_EXCEPTIONS];
static struct catch_point *innermost;
static void (*step_handler)(uint64_t rflags);
static bool (*page_fault_handler)(uint64_t address, uint64_t error_code);

static enum ist stack_of(unsigned int vector)
{
	switch (vector) {
	case EXCEPTION_DF: return IST_DOUBLE_FAULT;
	case EXCEPTION_NMI: return IST_NMI;
	case EXCEPTION_MC: return IST_MACHINE_CHECK;
	default: return IST_NONE;
	}
}

void exceptions_init(void)
{
	struct descriptor_pointer pointer = { sizeof(idt) - 1, (uint64_t)(uintptr_t)idt };

	for (unsigned int i = 0; i < NR_EXCEPTIONS; i++) {
		uint64_t entry = exception_entries[i];

		idt[i].low = (entry & 0xffff) | SELECTOR_CODE64 << 16 |
			     (uint64_t)stack_of(i) << 32 | GATE_INTERRUPT << 40 |
			     (entry >> 16 & 0xffff) << 48;
		idt[i].high = entry >> 32;
	}
	__asm__ volatile("lidt %0" : : "m"(pointer));

	/*
	 * From here on machine checks have a handler. With MCE clear, one would shut the CPU down.
	 */
	if (cpuid(CPUID_FEATURES, 0).edx & CPUID_1_EDX_MCE)
		write_cr4(read_cr4() | CR4_MCE);
}

const char *exception_name(uint64_t vector)
{
	static const char *const names[NR_EXCEPTIONS] = {
		"#DE divide error",
		"#DB debug",
		"NMI",
		"#BP breakpoint",
		"#OF overflow",
		"#BR bound range exceeded",
		"#UD invalid opcode",
		"#NM no math device",
		"#DF double fault",
		"coprocessor segment overrun",
		"#TS invalid TSS",
		"#NP segment not present",
		"#SS stack-segment fault",
		"#GP general protection",
		"#PF page fault",
		"reserved vector 15",
		"#MF x87 error",
		"#AC alignment check",
		"#MC machine check",
		"#XM SIMD error",
		"#VE virtualization",
		"#CP control protection",
		"reserved vector 22",
		"reserved vector 23",
		"reserved vector 24",
		"reserved vector 25",
		"reserved vector 26",
		"reserved vector 27",
		"#HV hypervisor injection",
		"#VC VMM communication",
		"#SX security",
		"reserved vector 31",
	};

	return vector < NR_EXCEPTIONS ? names[vector] : "no exception";
}

void exception_dispatch(struct exception_frame *frame)
{
	struct catch_point *point = innermost;
	uint64_t cr2 = read_cr2();

	if (frame->vector == EXCEPTION_DB && step_handler) {
		step_handler(frame->rflags);
		return;
	}
	if (frame->vector == EXCEPTION_PF && page_fault_handler &&
	    page_fault_handler(cr2, frame->error_code))
		return;
	if (!point)
		kernel_exception(frame, cr2);

	*point->fault = (struct fault){
		.vector = frame->vector,
		.error_code = frame->error_code,
		.address = cr2,
		.rip = frame->rip,
		.handler_stack = (uint64_t)(uintptr_t)frame,
	};
	/* A second fault before catch_call() returns must not be caught here. */
	innermost = point->outer;
	frame->rip = (uint64_t)(uintptr_t)catch_landing;
	frame->rsp = point->stack_pointer;
	frame->cs = SELECTOR_CODE64;
	frame->ss = SELECTOR_DATA;
	frame->rflags = RFLAGS_FIXED;
}

void exception_on_step(void (*handler)(uint64_t rflags))
{
	step_handler = handler;
}

void exception_on_page_fault(bool (*handler)(uint64_t address, uint64_t error_code))
{
	page_fault_handler = handler;
}

bool fault_catch(void (*function)(void *), void *argument, struct fault *fault)
{
	struct catch_point point = { .outer = innermost, .fault = fault };
	bool caught;

	innermost = &point;
	caught = catch_call(function, argument, &point.stack_pointer);
	innermost = point.outer;
	return caught;
}
