/* SPDX-License-Identifier: MIT */
/* Sentence: Your function does not return: a loop in it never
 * ends. */
#include "exercise.h"

int claim(int fd, uint32_t name, uint64_t owner)
{
	(void)name;
	(void)owner;
	for (volatile int i = fd;; i++)
		;
}
