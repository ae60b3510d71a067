/* SPDX-License-Identifier: MIT */
/* Sentence: Your code ended the process: a function answers with
 * return, never with exit. */
#include <stdlib.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)fd;
	(void)address;
	(void)owner;
	exit(0);
}
