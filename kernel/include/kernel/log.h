/* SPDX-License-Identifier: MIT */
/*
 * The log. Lines go to every attached console, and into a buffer, which is replayed to consoles
 * that are attached later (a framebuffer is usable long after the serial port).
 *
 * A line is printed if its level is at least as severe as the threshold: CONFIG_LOG_LEVEL, or
 * `loglevel=` on the command line. LOG_RESULT lines (KTAP) carry no prefix and are always printed.
 */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include <kernel/boot_information.h>
#include <mercator/pagetable.h>
#include <mercator/types.h>

enum log_level {
	LOG_RESULT,
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG,
};

/* Print one line; the newline is added. Lines longer than LOG_LINE_MAX - 1 bytes are cut. */
#define LOG_LINE_MAX 256
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);

#define log_result(...) log_line(LOG_RESULT, __VA_ARGS__)
#define log_error(...)  log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)   log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...)   log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)  log_line(LOG_DEBUG, __VA_ARGS__)

void log_set_threshold(enum log_level threshold);

/*
 * Give errors and warnings, without prefix, only to `take`, until this is called with NULL. For
 * tests that provoke them.
 */
typedef void log_taker(const char *text);
void log_divert(log_taker *take);

struct console_size {
	unsigned int columns, rows;
};

/* Colours of single characters of a line, for pictures. */
enum log_paint {
	PAINT_TEXT,
	PAINT_GREEN,
	PAINT_BLUE,
	PAINT_YELLOW,
	PAINT_RED,
	PAINT_GREY,
	PAINT_CYAN,
	NR_PAINTS,
};

/*
 * A place that shows text. write() gets one line without its newline. These functions may not log
 * or fail, and must return in bounded time whatever the device does.
 *
 * type() shows the line that is being typed, below the last line that was written. It gets
 * printable ASCII and these VT100 codes: backspace (one to the left), ESC [ K (erase to the row's
 * end), ESC [ H ESC [ 2 J (clear the screen), BEL (a character was refused) and CR LF (the line is
 * finished). The row does not wrap: the caller keeps to the columns.
 */
struct console {
	const char *name;
	void (*write)(enum log_level level, const char *text, size_t length);
	void (*type)(const char *bytes, size_t length);
	struct console_size (*size)(void);
	/*
	 * As write(), but each character is painted over with its colour, unless that is
	 * PAINT_TEXT. NULL: the console has no colours.
	 */
	void (*paint)(const char *text, const uint8_t *paint, size_t length);
	struct console *next; /* the log's own */
};

/* Attach a console: it gets the lines in the buffer, then every new one. */
void log_attach(struct console *console);

/* Detach it. Does nothing if it is not attached. */
void log_detach(struct console *console);

/* Pass bytes to every console's type(). They are not kept in the buffer. */
void log_type(const char *bytes, size_t length);

/* The columns of the narrowest console; UINT_MAX without any. */
unsigned int log_columns(void);

/*
 * Pictures, which consoles with and without colours show differently; they are not kept in the
 * buffer. log_picture_size() gives the size of the smallest console of one kind, false if there is
 * none. log_picture_begin() clears those with colours, so that all of their rows can be used. The
 * other two pass a line to those without, and to those with colours.
 */
bool log_picture_size(bool in_colour, struct console_size *size);
void log_picture_begin(void);
void log_picture_text(const char *text);
void log_picture_paint(const char *text, const uint8_t *paint, size_t length);

/* Text for people: what was found, one log line each. */

/* "64 GiB", "3.5 MiB", "640 KiB" into `text`: the largest unit, one decimal where it is exact. */
#define SIZE_TEXT_MAX 16
const char *describe_size(char text[SIZE_TEXT_MAX], uint64_t bytes);

/* Every step of a walk, decoded; `result` is what the walk function returned. */
void describe_walk(enum log_level level, mc_virt_addr_t address, const struct mc_walk *walk,
		   int result);

#endif
