/* SPDX-License-Identifier: MIT */
/* Sentence: Your code uses far more memory than an answer needs, and
 * was stopped. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exercise.h"

// While it prints, something happens all the time. Memory is looked at
// all the same.
int claim(int fd, uint32_t address, uint64_t owner)
{
	char *memory;

	(void)fd;
	(void)address;
	(void)owner;
	for (int i = 0; i < 400; i++) {
		memory = malloc(4 << 20);
		if (memory)
			memset(memory, 1, 4 << 20);
		if (write(STDOUT_FILENO, "\n", 1) < 0)
			break;
		usleep(10000);
	}
	return 0;
}
