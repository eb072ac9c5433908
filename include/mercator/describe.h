/* SPDX-License-Identifier: MIT */
/* Text for people: what was found, one log line each. */
#ifndef MERCATOR_DESCRIBE_H
#define MERCATOR_DESCRIBE_H

#include <mercator/bootinfo.h>
#include <mercator/log.h>
#include <mercator/types.h>
#include <mercator/walk.h>

/* "64 GiB", "3.5 MiB", "640 KiB" into `text`: the largest unit, one decimal where it is exact. */
#define SIZE_TEXT_MAX 16
const char *describe_size(char text[SIZE_TEXT_MAX], uint64_t bytes);

/* The loader, the CPU, paging, and the address-space layout. */
void describe_machine(const struct bootinfo *info);

/* Every step of a walk, decoded; `result` is what the walk function returned. */
void describe_walk(enum log_level level, virt_addr_t address, const struct walk *walk, int result);

#endif
