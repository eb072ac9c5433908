/* SPDX-License-Identifier: MIT */
/* Reading the command line (kernel/options.h). Pure functions over the text. */
#include <kernel/options.h>
#include <kernel/string.h>

/* GRUB puts a backslash before quotes and backslashes that are text (its lib/cmdline.c). */
static bool is_escaped(const char *c)
{
	return *c == '\\' && (c[1] == '"' || c[1] == '\'' || c[1] == '\\');
}

/* A text that grows in a word's buffer. */
struct part {
	char *text;
	size_t size, length;
};

static void put(struct part *part, char c)
{
	if (part->length + 1 < part->size)
		part->text[part->length] = c;
	part->length++;
}

/* Terminate it. False if it was cut. */
static bool end(struct part *part)
{
	const bool fits = part->length < part->size;

	part->text[fits ? part->length : part->size - 1] = '\0';
	return fits;
}

/* GRUB moves the quotes to the beginning of the word: run="a b" arrives as "run=a b". */
bool command_line_next(const char **cursor, struct command_line_word *word)
{
	struct part key = { word->key, sizeof(word->key), 0 };
	struct part value = { word->value, sizeof(word->value), 0 };
	struct part *part = &key;
	const char *c = *cursor;
	bool quoted = false;

	while (*c == ' ')
		c++;
	if (!*c)
		return false;
	for (; *c && (quoted || *c != ' '); c++) {
		if (is_escaped(c))
			put(part, *++c);
		else if (*c == '"')
			quoted = !quoted;
		else if (*c == '=' && part == &key)
			part = &value;
		else
			put(part, *c);
	}
	word->is_open = quoted;
	word->is_cut = !end(&key);
	word->is_cut |= !end(&value);
	*cursor = c;
	return true;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

bool parse_number(const char *text, uint64_t *number)
{
	unsigned int base = 10;
	uint64_t result = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned int digit = (unsigned int)digit_value(*text);

		if (digit >= base || result > (UINT64_MAX - digit) / base)
			return false;
		result = result * base + digit;
	}
	*number = result;
	return true;
}
