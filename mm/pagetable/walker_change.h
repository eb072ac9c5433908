/* SPDX-License-Identifier: MIT */
/*
 * The walker's operations that change tables: a template, like walker.h, to be included after it.
 *
 * Each works in two passes: the first decides, reads, counts and gets all frames that are needed,
 * and may fail; the second commits and cannot fail.
 */
#include "../space/lock.h"
#include "cursor_page.h"
#include "walker_tables.h"

#include "walker_page.h"

#include "walker_map.h"
#include "walker_merge.h"
#include "walker_protect.h"
#include "walker_space.h"
#include "walker_unmap.h"

#include "walker_cursor.h"
