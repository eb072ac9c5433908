/* SPDX-License-Identifier: MIT */
/*
 * The 8042 keyboard controller (IBM PS/2 Technical Reference, Keyboard and Auxiliary Device
 * Controller). Firmware may leave it in any state, and may use it to emulate a USB keyboard: so
 * every wait for its answers is bounded.
 */
#include <arch/cpu.h>
#include <arch/keyboard.h>

#define PORT_DATA    0x60
#define PORT_STATUS  0x64 /* read */
#define PORT_COMMAND 0x64 /* write */

#define STATUS_OUTPUT_FULL (1u << 0) /* a byte waits for us */
#define STATUS_INPUT_FULL  (1u << 1) /* our last byte has not been taken */
#define STATUS_MOUSE       (1u << 5) /* the waiting byte is the mouse's */

#define COMMAND_READ_CONFIG      0x20
#define COMMAND_WRITE_CONFIG     0x60
#define COMMAND_DISABLE_MOUSE    0xa7
#define COMMAND_DISABLE_KEYBOARD 0xad
#define COMMAND_ENABLE_KEYBOARD  0xae

#define CONFIG_KEYBOARD_INTERRUPT (1u << 0)
#define CONFIG_MOUSE_INTERRUPT    (1u << 1)
#define CONFIG_KEYBOARD_OFF       (1u << 4)
#define CONFIG_MOUSE_OFF          (1u << 5)
#define CONFIG_TRANSLATE          (1u << 6) /* set 2, which keyboards speak, to set 1 */

#define KEYBOARD_ENABLE 0xf4 /* to the keyboard: send what is typed */

/* No hardware at the port: the bus floats. */
#define NOTHING_THERE 0xff

/* A port access takes about a microsecond, a keyboard's answer some milliseconds. */
#define POLLS_MAX 50000
/* More bytes than any controller keeps; if there are more, it is unsupported. */
#define FLUSH_MAX 64

static bool wait_for(uint8_t mask, uint8_t value)
{
	for (unsigned int i = 0; i < POLLS_MAX; i++)
		if ((port_read8(PORT_STATUS) & mask) == value)
			return true;
	return false;
}

static bool send(uint16_t port, uint8_t byte)
{
	if (!wait_for(STATUS_INPUT_FULL, 0))
		return false;
	port_write8(port, byte);
	return true;
}

static bool flush(void)
{
	for (unsigned int i = 0; i < FLUSH_MAX; i++) {
		if (!(port_read8(PORT_STATUS) & STATUS_OUTPUT_FULL))
			return true;
		port_read8(PORT_DATA);
	}
	return false;
}

static bool read_config(uint8_t *config)
{
	if (!send(PORT_COMMAND, COMMAND_READ_CONFIG) ||
	    !wait_for(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL))
		return false;
	*config = port_read8(PORT_DATA);
	return true;
}

static bool write_config(uint8_t config)
{
	return send(PORT_COMMAND, COMMAND_WRITE_CONFIG) && send(PORT_DATA, config);
}

bool keyboard_init(void)
{
	uint8_t config;

	if (port_read8(PORT_STATUS) == NOTHING_THERE)
		return false;
	/* With both devices disabled, the next byte is the controller's answer. */
	if (!send(PORT_COMMAND, COMMAND_DISABLE_KEYBOARD) ||
	    !send(PORT_COMMAND, COMMAND_DISABLE_MOUSE) || !flush() || !read_config(&config))
		return false;
	config &=
		0xffu ^ (CONFIG_KEYBOARD_INTERRUPT | CONFIG_MOUSE_INTERRUPT | CONFIG_KEYBOARD_OFF);
	config |= CONFIG_TRANSLATE | CONFIG_MOUSE_OFF;
	if (!write_config(config) || !send(PORT_COMMAND, COMMAND_ENABLE_KEYBOARD))
		return false;
	/* Its answer, 0xfa, looks like a key's release: no need to wait for it. */
	return send(PORT_DATA, KEYBOARD_ENABLE);
}

bool keyboard_read(uint8_t *code)
{
	const uint8_t status = port_read8(PORT_STATUS);
	uint8_t byte;

	if (status == NOTHING_THERE || !(status & STATUS_OUTPUT_FULL))
		return false;
	byte = port_read8(PORT_DATA);
	*code = byte;
	return !(status & STATUS_MOUSE);
}
