/* SPDX-License-Identifier: MIT */
/* Suite "serial": bytes that arrive faster than they are read, by the port's loopback. */
#include <arch/cpu.h>
#include <arch/serial.h>
#include <kernel/ktest.h>
#include <kernel/log.h>
#include <kernel/string.h>

/* Of COM1 (National Semiconductor PC16550D data sheet). */
#define MODEM          (0x3f8 + 4)
#define MODEM_LOOPBACK 0x1e

/* A byte takes 87 microseconds, a poll at least one. */
#define POLLS_MAX 20000

struct received {
	size_t nr_right; /* bytes, in the order in which they were sent */
	size_t nr_wrong;
	unsigned int nr_overruns;
};

static bool take(struct received *received, const char *sent)
{
	uint8_t byte;

	if (serial_overrun())
		received->nr_overruns++;
	else if (!serial_read(&byte))
		return false;
	else if (received->nr_right < strlen(sent) && byte == (uint8_t)sent[received->nr_right])
		received->nr_right++;
	else
		received->nr_wrong++;
	return true;
}

/* All is sent before any of it is taken. Nothing may be logged meanwhile. */
static struct received send_to_oneself(const char *text)
{
	const uint8_t modem = port_read8(MODEM);
	struct received received = { 0 };

	port_write8(MODEM, MODEM_LOOPBACK);
	serial_console.type(text, strlen(text));
	for (unsigned int nr_polls = 0; nr_polls < POLLS_MAX; nr_polls++)
		if (take(&received, text))
			nr_polls = 0;
	port_write8(MODEM, modem);
	return received;
}

/* A writer reads the status register, too, which clears the overrun bit. */
KTEST(serial, what_is_lost_is_told_of)
{
	static const char text[] = "0123456789abcdefghijklmn"; /* a 16550 keeps 16 bytes */
	struct received received;

	/* Bochs sends it out, so the log has an empty line. */
	if (!serial_is_there() || send_to_oneself("\n").nr_right != 1) {
		ktest_skip(t, "there is no serial port, or nothing comes back");
		return;
	}
	received = send_to_oneself(text);
	if (received.nr_overruns) {
		/* It is one gap: the first bytes are gone, too. A last one may have come after it. */
		EXPECT_EQ(t, received.nr_overruns, 1);
		EXPECT_EQ(t, received.nr_right, 0);
	} else {
		/*
		 * This port sends so slowly that all could be read, or it has an unlimited buffer.
		 */
		EXPECT_EQ(t, received.nr_right, strlen(text));
		EXPECT_EQ(t, received.nr_wrong, 0);
	}
}
