/* SPDX-License-Identifier: MIT */
/* Sentence: Your code started another process: a function of an
 * exercise does its work itself. */
#include <unistd.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)fd;
	(void)address;
	(void)owner;
	for (;;)
		fork();
}
