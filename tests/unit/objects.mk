# SPDX-License-Identifier: MIT
host-y += kernel/command_line.c tests/kernel/command_line_test.c
host-y += tests/kernel/fmt_test.c tests/kernel/string_test.c kernel/string.c
host-y += kernel/console/screen.c tests/kernel/screen_test.c
host-y += kernel/console/framebuffer.c tests/kernel/framebuffer_test.c
host-y += kernel/console/vga_text.c tests/kernel/vga_text_test.c
host-y += tests/unit/screen_live_test.c

# string.c under test stands beside the C library's functions of the same names.
string_renamed := $(foreach f,memcpy memmove memset memcmp strlen strcmp strncmp,-D$(f)=mercator_$(f))
host-flags-kernel/string.c += $(string_renamed)
host-flags-tests/kernel/string_test.c += $(string_renamed)
