/* SPDX-License-Identifier: MIT */
/* Sentence: Your code uses far more memory than an answer needs,
 * and was stopped. */
#include <stdlib.h>
#include <string.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)fd;
	(void)owner;
	for (;;) {
		char *more = malloc(16 << 20);

		if (more)
			memset(more, (int)address, 16 << 20);
	}
}
