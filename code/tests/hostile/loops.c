/* SPDX-License-Identifier: MIT */
/* Sentence: Your function does not return: a loop in it never
 * ends. */
#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	volatile unsigned rounds = 0;

	(void)fd;
	(void)address;
	(void)owner;
	for (;;)
		if (rounds++ == 1000)
			rounds = 0;
}
