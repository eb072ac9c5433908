/* SPDX-License-Identifier: MIT */
/* What the command line may say, in one place. */
#ifndef MERCATOR_OPTIONS_H
#define MERCATOR_OPTIONS_H

/* Apply `loglevel=`, and warn of words that nothing here understands. */
void options_init(const char *command_line);

#endif
