/* SPDX-License-Identifier: MIT */
/*
 * Error codes. A function that can fail returns int, 0 or one of these negative codes, and is
 * marked MC_MUST_CHECK. Each public function lists the codes it can return and what each means
 * there; the texts below are only general.
 */
#ifndef MERCATOR_ERROR_H
#define MERCATOR_ERROR_H

#define MC_MUST_CHECK __attribute__((warn_unused_result))

/* X(name, number, text): the codes and their names are made from this list. */
#define MC_ERROR_CODES(X)                                                                          \
	X(MC_ERR_INVALID, -1, "invalid argument")                                                  \
	X(MC_ERR_NO_MEMORY, -2, "out of memory")                                                   \
	X(MC_ERR_MISALIGNED, -3, "address or size not aligned as required")                        \
	X(MC_ERR_OVERFLOW, -4, "a sum or a size overflows")                                        \
	X(MC_ERR_TRUNCATED, -5, "the data end before the structure does")                          \
	X(MC_ERR_FORMAT, -6, "the data break their format")                                        \
	X(MC_ERR_UNSUPPORTED, -7, "this CPU or this configuration cannot do that")                 \
	X(MC_ERR_NOT_FOUND, -8, "not there")                                                       \
	X(MC_ERR_EXISTS, -9, "already there")                                                      \
	X(MC_ERR_NO_SPACE, -10, "the buffer given is too small")                                   \
	X(MC_ERR_RANGE, -11, "outside of the range that is allowed")                               \
	X(MC_ERR_DOUBLE_FREE, -12, "freed already")                                                \
	X(MC_ERR_NOT_ALLOCATED, -13, "never allocated")                                            \
	X(MC_ERR_FOREIGN, -14, "belongs to someone else")                                          \
	X(MC_ERR_WRONG_ORDER, -15, "the block has another order")                                  \
	X(MC_ERR_BUSY, -16, "in use")                                                              \
	X(MC_ERR_OTHER_CPU, -17, "another CPU runs on the spaces")                                 \
	X(MC_ERR_CPU_LEVELS, -18, "the CPU runs with another number of levels (CR4.LA57)")         \
	X(MC_ERR_CPU_NX, -19, "the CPU ignores no-execute (EFER.NXE)")                             \
	X(MC_ERR_CPU_WP, -20, "the CPU lets the kernel write read-only pages (CR0.WP)")            \
	X(MC_ERR_CPU_GLOBAL, -21, "the CPU ignores global pages (CR4.PGE)")                        \
	X(MC_ERR_CPU_PHYSICAL, -22, "the CPU has fewer physical address bits (MAXPHYADDR)")        \
	X(MC_ERR_CPU_PAT, -23, "the PAT has other memory types than the entries mean")

enum mc_error {
#define MC_ERROR_ENUM(name, number, text) name = (number),
	MC_ERROR_CODES(MC_ERROR_ENUM)
#undef MC_ERROR_ENUM
};

/* The code's name, "ok" for 0, "unknown error" for anything else. */
const char *mc_error_name(int code);

/* The code's text. */
const char *mc_error_text(int code);

#endif
