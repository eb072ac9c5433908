/* SPDX-License-Identifier: MIT */
/*
 * Shared by the fuzz targets. A target is one function, called by libFuzzer with new bytes each
 * time (LLVM documentation, LibFuzzer.html); a finding is a sanitizer's report or a broken
 * FUZZ_CHECK.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s is false\n", __FILE__, __LINE__, #condition);   \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* `text` must be NULL; otherwise it says what is wrong. */
#define FUZZ_CHECK_NULL(text)                                                                      \
	do {                                                                                       \
		const char *wrong_ = (text);                                                       \
		if (wrong_) {                                                                      \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, wrong_);                \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
