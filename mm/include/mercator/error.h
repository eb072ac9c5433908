/* SPDX-License-Identifier: MIT */
/*
 * Error codes. A function that can fail returns int: 0, or one of these, which are negative, and is
 * marked MUST_CHECK. Each public function lists the codes it can return and what each means there;
 * the words below are only the common sense of each.
 */
#ifndef MERCATOR_ERROR_H
#define MERCATOR_ERROR_H

#define MUST_CHECK __attribute__((warn_unused_result))

/* X(name, number, text): the one list from which the codes and error_name() are made. */
#define ERROR_CODES(X)                                                                             \
	X(ERR_INVALID, -1, "invalid argument")                                                     \
	X(ERR_NO_MEMORY, -2, "out of memory")                                                      \
	X(ERR_MISALIGNED, -3, "address or size not aligned as required")                           \
	X(ERR_OVERFLOW, -4, "a sum or a size overflows")                                           \
	X(ERR_TRUNCATED, -5, "the data end before the structure does")                             \
	X(ERR_FORMAT, -6, "the data break their format")                                           \
	X(ERR_UNSUPPORTED, -7, "this CPU or this configuration cannot do that")                    \
	X(ERR_NOT_FOUND, -8, "not there")                                                          \
	X(ERR_EXISTS, -9, "already there")                                                         \
	X(ERR_NO_SPACE, -10, "the buffer given is too small")                                      \
	X(ERR_RANGE, -11, "outside of the range that is allowed")                                  \
	X(ERR_DOUBLE_FREE, -12, "freed already")                                                   \
	X(ERR_NOT_ALLOCATED, -13, "never allocated")                                               \
	X(ERR_FOREIGN, -14, "belongs to someone else")                                             \
	X(ERR_WRONG_ORDER, -15, "the block has another order")                                     \
	X(ERR_BUSY, -16, "in use")

enum error {
#define ERROR_ENUM(name, number, text) name = (number),
	ERROR_CODES(ERROR_ENUM)
#undef ERROR_ENUM
};

/* The code's name as it stands above, "ok" for 0, "unknown error" for anything else. */
const char *error_name(int code);

/* The code's text as it stands above. */
const char *error_text(int code);

#endif
