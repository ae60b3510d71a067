/* SPDX-License-Identifier: MIT */
/* Sentence: Your function does not return: a loop in it never
 * ends. */
#include <unistd.h>

#include "exercise.h"

int claim(int fd, uint32_t name, uint64_t owner)
{
	(void)fd;
	(void)name;
	(void)owner;
	for (;;)
		pause();
}
