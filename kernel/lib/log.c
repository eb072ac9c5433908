/* SPDX-License-Identifier: MIT */
/*
 * The log (kernel/log.h). Lines are kept in a ring of whole records (the oldest are dropped first),
 * so that a console attached late shows earlier lines.
 */
#include <kernel/fmt.h>
#include <kernel/log.h>
#include <kernel/string.h>
#include <kernel/units.h>
#include <mercator/types.h>

#define RING_SIZE KIB(32)

/* The ring holds records: one byte of level, the text, and a zero byte. */
static char ring[RING_SIZE];
static uint64_t ring_start, ring_end; /* positions since the beginning, not reduced */

static struct console *consoles;
static enum log_level log_threshold = CONFIG_LOG_LEVEL;
static log_taker *log_take;

static char *ring_byte(uint64_t position)
{
	return &ring[position % RING_SIZE];
}

static void ring_drop_oldest(void)
{
	ring_start++;
	while (*ring_byte(ring_start))
		ring_start++;
	ring_start++;
}

static void ring_append(enum log_level level, const char *text, size_t length)
{
	while (ring_end + length + 2 - ring_start > RING_SIZE)
		ring_drop_oldest();
	*ring_byte(ring_end++) = (char)level;
	for (size_t i = 0; i < length; i++)
		*ring_byte(ring_end++) = text[i];
	*ring_byte(ring_end++) = '\0';
}

static void replay(struct console *console)
{
	uint64_t position = ring_start;

	while (position < ring_end) {
		char text[LOG_LINE_MAX];
		char level = *ring_byte(position++);
		size_t length = 0;

		while (*ring_byte(position))
			text[length++] = *ring_byte(position++);
		position++;
		console->write((enum log_level)level, text, length);
	}
}

void log_attach(struct console *console)
{
	replay(console);
	console->next = consoles;
	consoles = console;
}

void log_detach(struct console *console)
{
	struct console **link = &consoles;

	while (*link && *link != console)
		link = &(*link)->next;
	if (*link)
		*link = console->next;
}

void log_set_threshold(enum log_level threshold)
{
	log_threshold = threshold;
}

void log_divert(log_taker *take)
{
	log_take = take;
}

static const char *level_prefix(enum log_level level)
{
	switch (level) {
	case LOG_ERROR: return "error: ";
	case LOG_WARN: return "warning: ";
	default: return "";
	}
}

void log_line(enum log_level level, const char *format, ...)
{
	char text[LOG_LINE_MAX];
	const bool divert = log_take && (level == LOG_ERROR || level == LOG_WARN);
	va_list arguments;
	size_t length;

	if (level > log_threshold && !divert)
		return;
	length = fmt_print(text, sizeof(text), "%s", divert ? "" : level_prefix(level));
	va_start(arguments, format);
	length += fmt_vprint(text + length, sizeof(text) - length, format, arguments);
	va_end(arguments);
	if (divert) {
		log_take(text);
		return;
	}
	if (length >= sizeof(text))
		length = sizeof(text) - 1;
	ring_append(level, text, length);
	for (struct console *console = consoles; console; console = console->next)
		console->write(level, text, length);
}

void log_type(const char *bytes, size_t length)
{
	for (struct console *console = consoles; console; console = console->next)
		console->type(bytes, length);
}

unsigned int log_columns(void)
{
	unsigned int least = ~0u;

	for (struct console *console = consoles; console; console = console->next)
		if (console->size().columns < least)
			least = console->size().columns;
	return least;
}

bool log_picture_size(bool in_colour, struct console_size *size)
{
	bool found = false;

	*size = (struct console_size){ ~0u, ~0u };
	for (struct console *console = consoles; console; console = console->next) {
		const struct console_size own = console->size();

		if ((console->paint != NULL) != in_colour)
			continue;
		found = true;
		size->columns = own.columns < size->columns ? own.columns : size->columns;
		size->rows = own.rows < size->rows ? own.rows : size->rows;
	}
	return found;
}

void log_picture_begin(void)
{
	static const char clear[] = "\033[H\033[2J";

	for (struct console *console = consoles; console; console = console->next)
		if (console->paint)
			console->type(clear, sizeof(clear) - 1);
}

void log_picture_text(const char *text)
{
	for (struct console *console = consoles; console; console = console->next)
		if (!console->paint)
			console->write(LOG_RESULT, text, strlen(text));
}

void log_picture_paint(const char *text, const uint8_t *paint, size_t length)
{
	for (struct console *console = consoles; console; console = console->next)
		if (console->paint)
			console->paint(text, paint, length);
}
