/* SPDX-License-Identifier: MIT */
/* Sentence: The sanitizer stopped your function: it used memory that
 * is not its own, or broke a rule of C. */
#include <stdlib.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	volatile char *byte = calloc(8, 1);

	(void)address;
	(void)owner;
	return byte ? byte[8 + (fd & 1)] : 0; // line
}
