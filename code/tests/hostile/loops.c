/* SPDX-License-Identifier: MIT */
/* Sentence: Your function does not return: a loop in it never
 * ends. */
#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)address;
	(void)owner;
	for (volatile unsigned i = (unsigned)fd;; i++)
		;
}
