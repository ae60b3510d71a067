/* SPDX-License-Identifier: MIT */
/* Sentence: The sanitizer stopped your function: it used memory
 * that is not its own, or broke a rule of C. */
#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	volatile int zero = 0;

	(void)address;
	(void)owner;
	return fd / zero; // line
}
