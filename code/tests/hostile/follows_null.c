/* SPDX-License-Identifier: MIT */
/* Sentence: The sanitizer stopped your function: it used memory
 * that is not its own, or broke a rule of C. */
#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	const volatile int *nowhere = 0;

	(void)fd;
	(void)address;
	(void)owner;
	return *nowhere; // line
}
