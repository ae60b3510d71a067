/* SPDX-License-Identifier: MIT */
/* Sentence: Your code ended the process: a function answers with
 * return, never with exit. */
#include <unistd.h>

#include "exercise.h"

__attribute__((constructor)) static void leave(void)
{
	_exit(0);
}

int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)fd;
	(void)address;
	(void)owner;
	return 0;
}
