/* SPDX-License-Identifier: MIT */
/* Sentence: The sanitizer stopped your function: it used memory
 * that is not its own, or broke a rule of C. */
#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	volatile char frame[4096] = { 0 };

	return fd == -7 ? 0
			: claim(fd, address + 1, owner) +
				  frame[address % 4096];
}
