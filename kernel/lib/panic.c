/* SPDX-License-Identifier: MIT */
/* Panics and unexpected exceptions: log everything known, then end. */
#include <arch/exception.h>
#include <kernel/address_space.h>
#include <kernel/fmt.h>
#include <kernel/ktest.h>
#include <kernel/log.h>
#include <kernel/options.h>
#include <kernel/panic.h>
#include <kernel/screen.h>
#include <mercator/platform.h>

/* If it happens twice, panicking itself is broken: then nothing is printed. */
static bool panicking;

static void begin(void)
{
	if (panicking)
		finish(false);
	panicking = true;
	log_divert(NULL);
}

__attribute__((noreturn)) static void end(void)
{
	const struct ktest *test = IS_ENABLED(CONFIG_SELFTESTS) ? ktest_current() : NULL;

	/* KTAP's word for a run that cannot go on. */
	if (test)
		log_result("Bail out! panic during %s.%s", test->suite, test->name);
	if (IS_ENABLED(CONFIG_SCREEN))
		screen_banner(false, test ? "PANIC during the self-tests" : "PANIC");
	finish(false);
}

void mc_panic(const char *format, ...)
{
	char text[LOG_LINE_MAX];
	va_list arguments;

	begin();
	va_start(arguments, format);
	fmt_vprint(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_error("panic: %s", text);
	end();
}

static void print_page_fault(const struct exception_frame *frame, uint64_t cr2)
{
	uint64_t code = frame->error_code;
	struct mc_root root = mc_active_root();
	struct mc_walk walk;

	log_error("%s of %#lx by the %s: %s%s",
		  code & PF_FETCH   ? "fetch"
		  : code & PF_WRITE ? "write"
				    : "read",
		  cr2, code & PF_USER ? "user" : "kernel",
		  code & PF_PRESENT ? "no right to" : "not present",
		  code & PF_RESERVED ? ", reserved bit set in an entry" : "");
	describe_walk(LOG_ERROR, mc_virt_addr(cr2), &walk,
		      kernel_walk(&root, mc_virt_addr(cr2), &walk));
}

static void print_registers(const struct exception_frame *f)
{
	log_error("rip %016lx  cs  %04lx  rflags %08lx", f->rip, f->cs, f->rflags);
	log_error("rsp %016lx  ss  %04lx", f->rsp, f->ss);
	log_error("rax %016lx  rbx %016lx  rcx %016lx", f->rax, f->rbx, f->rcx);
	log_error("rdx %016lx  rsi %016lx  rdi %016lx", f->rdx, f->rsi, f->rdi);
	log_error("rbp %016lx  r8  %016lx  r9  %016lx", f->rbp, f->r8, f->r9);
	log_error("r10 %016lx  r11 %016lx  r12 %016lx", f->r10, f->r11, f->r12);
	log_error("r13 %016lx  r14 %016lx  r15 %016lx", f->r13, f->r14, f->r15);
}

void kernel_exception(const struct exception_frame *frame, uint64_t cr2)
{
	begin();
	log_error("panic: unexpected %s, error code %#lx", exception_name(frame->vector),
		  frame->error_code);
	print_registers(frame);
	if (frame->vector == EXCEPTION_PF)
		print_page_fault(frame, cr2);
	end();
}
