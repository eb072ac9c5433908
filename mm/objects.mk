# SPDX-License-Identifier: MIT
kernel-y += mm/memmap.c
