/* SPDX-License-Identifier: MIT */
/*
 * The one log. What is logged goes to every console that is attached, and into a buffer, which is
 * replayed to a console that comes later (a framebuffer is usable long after the serial port).
 *
 * Levels: a line is printed if its level is at or above (as severe as) the threshold, which starts
 * as CONFIG_LOG_LEVEL and can be changed by `loglevel=` on the command line. LOG_RESULT lines (KTAP)
 * carry no prefix and are always printed.
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
 * Hand errors and warnings, without prefix, to `take` and nowhere else, until this is called with NULL. For
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
 * A place that shows text. write() gets one line without its newline. Nothing here may log or fail,
 * and all returns in bounded time whatever the device does.
 *
 * type() gets what shows the line that somebody types, below the last line that was written: printable
 * ASCII and, of a VT100's codes, backspace (one to the left), ESC [ K (erase to the row's end), ESC [ H
 * ESC [ 2 J (clear the screen), BEL (a character is not taken) and CR LF (the line is finished). The
 * row does not wrap: who types keeps to the columns.
 */
struct console {
	const char *name;
	void (*write)(enum log_level level, const char *text, size_t length);
	void (*type)(const char *bytes, size_t length);
	struct console_size (*size)(void);
	/*
	 * As write(), but each character is painted over with its colour, unless that is PAINT_TEXT.
	 * NULL: it has no colours.
	 */
	void (*paint)(const char *text, const uint8_t *paint, size_t length);
	struct console *next; /* the log's own */
};

/* Attach a console: it gets the lines that the buffer still holds, then every new one. */
void log_attach(struct console *console);

/* Write to it no more. Does nothing if it is not attached. */
void log_detach(struct console *console);

/* Hand bytes to every console's type(). They are not kept. */
void log_type(const char *bytes, size_t length);

/* The columns of the narrowest console; UINT_MAX without any. */
unsigned int log_columns(void);

/*
 * Pictures, which consoles without colours show in another way than those with colours; they are not
 * kept. log_picture_size() gives the size of the smallest console of either kind, false if there is
 * none. log_picture_begin() clears those with colours, so that all of their rows can be used. The
 * other two hand a line to those without, and to those with colours.
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
