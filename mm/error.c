/* SPDX-License-Identifier: MIT */
/* Names and texts of the error codes (mercator/error.h). */
#include <mercator/error.h>

const char *mc_error_name(int code)
{
	switch (code) {
	case 0: return "ok";
#define ERROR_NAME(name, number, text)                                                             \
	case name: return #name;
		MC_ERROR_CODES(ERROR_NAME)
#undef ERROR_NAME
	default: return "unknown error";
	}
}

const char *mc_error_text(int code)
{
	switch (code) {
	case 0: return "ok";
#define ERROR_TEXT(name, number, text)                                                             \
	case name: return text;
		MC_ERROR_CODES(ERROR_TEXT)
#undef ERROR_TEXT
	default: return "unknown error";
	}
}
