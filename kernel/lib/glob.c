/* SPDX-License-Identifier: MIT */
/* Matching text against * and ?. Linear in practice: on a mismatch, only the last * is extended. */
#include <kernel/string.h>

bool text_matches(const char *glob, const char *text)
{
	const char *after_star = NULL;
	const char *retry = NULL;

	for (;;) {
		if (*glob == '*') {
			after_star = ++glob;
			retry = text;
		} else if (*text && (*glob == '?' || *glob == *text)) {
			glob++;
			text++;
		} else if (!*text && !*glob) {
			return true;
		} else if (after_star && *retry) {
			glob = after_star;
			text = ++retry;
		} else {
			return false;
		}
	}
}
