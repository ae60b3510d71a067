/* SPDX-License-Identifier: MIT */
/* Sentence: Your function does not return: a loop in it never
 * ends. */
#define _GNU_SOURCE
#include <signal.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)fd;
	(void)address;
	(void)owner;
	for (;;)
		raise(SIGSTOP);
}
