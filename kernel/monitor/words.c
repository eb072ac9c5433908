/* SPDX-License-Identifier: MIT */
/* From a line to commands, words and numbers (words.h). */
#include <kernel/string.h>
#include <mercator/pagetable.h>

#include "words.h"

static bool ends_command(char c)
{
	return !c || c == ';';
}

/* Copy the word at `from` to `to`, if there is room. Returns its length. */
static size_t copy_word(char *to, size_t room, const char *from)
{
	size_t length = 0;

	for (; !ends_command(from[length]) && from[length] != ' '; length++)
		if (length + 1 < room)
			to[length] = from[length];
	if (length < room)
		to[length] = '\0';
	return length;
}

enum words_result words_split(struct words *words, const char **cursor)
{
	enum words_result result = WORDS_OK;
	const char *c = *cursor;
	size_t used = 0;

	words->count = 0;
	for (;;) {
		size_t length;

		while (*c == ' ')
			c++;
		if (ends_command(*c))
			break;
		length = copy_word(words->text + used, WORDS_TEXT - used, c);
		c += length;
		if (length >= WORDS_TEXT - used) {
			result = WORDS_TOO_LONG;
			used = WORDS_TEXT;
		} else if (words->count == WORDS_MAX) {
			result = result == WORDS_OK ? WORDS_TOO_MANY : result;
		} else {
			words->word[words->count++] = words->text + used;
			used += length + 1;
		}
	}
	*cursor = *c ? c + 1 : c;
	return result;
}

static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return 16;
}

static unsigned int suffix_shift(char c)
{
	switch (c) {
	case 'K':
	case 'k': return 10;
	case 'M':
	case 'm': return 20;
	case 'G':
	case 'g': return 30;
	case 'T':
	case 't': return 40;
	default: return 0;
	}
}

bool words_number(const char *text, uint64_t *number)
{
	unsigned int base = 10, shift;
	uint64_t result = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	if (digit_value(*text) >= base)
		return false;
	for (; *text == '_' || digit_value(*text) < base; text++) {
		if (*text == '_')
			continue;
		if (result > (UINT64_MAX - digit_value(*text)) / base)
			return false;
		result = result * base + digit_value(*text);
	}
	shift = suffix_shift(*text);
	if (shift)
		text++;
	if (*text || result > UINT64_MAX >> shift)
		return false;
	*number = result << shift;
	return true;
}

bool words_rights(const char *text, unsigned int *rights)
{
	*rights = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		switch (*text) {
		case 'r': *rights |= MC_RIGHT_READ; break;
		case 'w': *rights |= MC_RIGHT_WRITE; break;
		case 'x': *rights |= MC_RIGHT_EXECUTE; break;
		case 'u': *rights |= MC_RIGHT_USER; break;
		case 'g': *rights |= MC_RIGHT_GLOBAL; break;
		case '-': break;
		default: return false;
		}
	}
	return true;
}
