/* SPDX-License-Identifier: MIT */
/* Sentence: A signal ended your function before it could return. */
#include <stdlib.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)fd;
	(void)address;
	(void)owner;
	abort();
}
