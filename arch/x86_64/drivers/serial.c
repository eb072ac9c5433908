/* SPDX-License-Identifier: MIT */
/* The serial console: a 16550 UART at COM1 (National Semiconductor PC16550D data sheet). */
#include <arch/cpu.h>
#include <arch/serial.h>
#include <kernel/log.h>

#define COM1             0x3f8
#define UART_DATA        (COM1 + 0)
#define UART_DIVISOR_LOW (COM1 + 0) /* while LINE_DLAB is set */
#define UART_INTERRUPTS  (COM1 + 1)
#define UART_DIVISOR_HI  (COM1 + 1) /* while LINE_DLAB is set */
#define UART_FIFO        (COM1 + 2)
#define UART_LINE        (COM1 + 3)
#define UART_MODEM       (COM1 + 4)
#define UART_STATUS      (COM1 + 5)

#define LINE_8N1          0x03
#define LINE_DLAB         0x80
#define FIFO_ON_CLEARED   0xc7
#define FIFO_DROP_INPUT   0xc3
#define MODEM_LOOPBACK    0x1e
#define MODEM_READY       0x0b /* DTR, RTS, OUT2 */
#define STATUS_DATA_READY 0x01
#define STATUS_OVERRUN    0x02
#define STATUS_EMPTY      0x20
#define STATUS_GONE       0xff /* the bus floats: a 16550 never sets all bits */

/* A port access takes about a microsecond, a character at 115200 baud 87 of them. */
#define POLLS_MAX 100000

static bool is_there, overrun;

/* Reading the register clears its overrun bit, so it is remembered here. */
static uint8_t read_status(void)
{
	const uint8_t status = port_read8(UART_STATUS);

	overrun |= status != STATUS_GONE && (status & STATUS_OVERRUN);
	return status;
}

static bool wait_for_status(uint8_t bit)
{
	for (unsigned int i = 0; i < POLLS_MAX; i++)
		if (read_status() & bit)
			return true;
	return false;
}

static bool echoes(uint8_t probe)
{
	port_write8(UART_DATA, probe);
	return wait_for_status(STATUS_DATA_READY) && port_read8(UART_DATA) == probe;
}

bool serial_init(void)
{
	port_write8(UART_INTERRUPTS, 0);
	port_write8(UART_LINE, LINE_DLAB);
	port_write8(UART_DIVISOR_LOW, 1);
	port_write8(UART_DIVISOR_HI, 0);
	port_write8(UART_LINE, LINE_8N1);
	port_write8(UART_FIFO, FIFO_ON_CLEARED);
	port_write8(UART_MODEM, MODEM_LOOPBACK);
	is_there = echoes(0xa5) && echoes(0x5a);
	port_write8(UART_MODEM, MODEM_READY);
	overrun = false;
	return is_there;
}

bool serial_is_there(void)
{
	return is_there;
}

static void write_byte(char byte)
{
	/* If the wait fails, the byte is sent anyway: at worst it is lost. */
	wait_for_status(STATUS_EMPTY);
	port_write8(UART_DATA, (uint8_t)byte);
}

static void serial_write(enum log_level level, const char *text, size_t length)
{
	(void)level;
	for (size_t i = 0; i < length; i++)
		write_byte(text[i]);
	write_byte('\r');
	write_byte('\n');
}

static void serial_type(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		write_byte(bytes[i]);
}

/* The other end's size is not known; this is a VT100's. */
static struct console_size serial_size(void)
{
	return (struct console_size){ .columns = 80, .rows = 24 };
}

bool serial_read(uint8_t *byte)
{
	const uint8_t status = read_status();

	if (status == STATUS_GONE || !(status & STATUS_DATA_READY))
		return false;
	*byte = port_read8(UART_DATA);
	return true;
}

bool serial_overrun(void)
{
	const bool result = overrun;

	if (overrun) {
		port_write8(UART_FIFO, FIFO_DROP_INPUT);
		read_status();
	}
	overrun = false;
	return result;
}

struct console serial_console = {
	.name = "serial",
	.write = serial_write,
	.type = serial_type,
	.size = serial_size,
};
