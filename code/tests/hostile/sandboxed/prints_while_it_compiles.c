/* SPDX-License-Identifier: MIT */
#include "exercise.h"

// What the assembler prints must not become the program.
__asm__(".print \"#!/bin/sh\\necho ok - claims_a_free_address\"");

int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)fd;
	(void)address;
	(void)owner;
	return -1;
}
