/* SPDX-License-Identifier: MIT */
/* Reading the command line (mercator/command_line.h). Pure functions over the text. */
#include <mercator/command_line.h>
#include <mercator/string.h>

struct word {
	const char *key;
	size_t key_length;
	const char *value; /* after the =, NULL if there is none */
	size_t value_length;
};

/* GRUB puts a backslash before quotes and backslashes (its lib/cmdline.c): they are text then. */
static bool is_escaped(const char *c)
{
	return *c == '\\' && (c[1] == '"' || c[1] == '\'' || c[1] == '\\');
}

/*
 * Take one word off the line at *cursor; false at the end. GRUB moves the quotes to where the word
 * begins: run="a b" arrives as "run=a b".
 */
static bool next_word(const char **cursor, struct word *word)
{
	const char *c = *cursor;
	bool quoted = false;

	while (*c == ' ')
		c++;
	if (!*c)
		return false;
	if (*c == '"') {
		quoted = true;
		c++;
	}
	*word = (struct word){ .key = c };
	for (; *c && (quoted || *c != ' '); c++) {
		if (is_escaped(c))
			c++;
		else if (*c == '"')
			quoted = !quoted;
		if (*c == '=' && !word->value) {
			word->key_length = (size_t)(c - word->key);
			word->value = c + 1;
		}
	}
	if (word->value)
		word->value_length = (size_t)(c - word->value);
	else
		word->key_length = (size_t)(c - word->key);
	*cursor = c;
	return true;
}

/* Copy without the quotes, and without the backslashes before quotes that are text. */
static void copy_text(char *to, size_t size, const char *text, size_t length)
{
	size_t kept = 0;

	for (size_t i = 0; i < length && kept + 1 < size; i++) {
		if (is_escaped(&text[i]))
			i++;
		else if (text[i] == '"')
			continue;
		to[kept++] = text[i];
	}
	to[kept] = '\0';
}

bool command_line_find(const char *line, const char *key, char *value, size_t size)
{
	struct word word;
	bool found = false;

	while (next_word(&line, &word)) {
		if (word.key_length != strlen(key) || strncmp(word.key, key, word.key_length) != 0)
			continue;
		copy_text(value, size, word.value, word.value_length);
		found = true;
	}
	return found;
}

bool command_line_next_key(const char **cursor, char *key, size_t size)
{
	struct word word;

	if (!next_word(cursor, &word))
		return false;
	copy_text(key, size, word.key, word.key_length);
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

bool command_line_number(const char *line, const char *key, uint64_t *number)
{
	char value[32];

	return command_line_find(line, key, value, sizeof(value)) && parse_number(value, number);
}
