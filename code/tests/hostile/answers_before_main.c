/* SPDX-License-Identifier: MIT */
/* Sentence: Your function does not return: a loop in it never ends. */
#include <sys/socket.h>
#include <unistd.h>

#include "exercise.h"

__attribute__((constructor)) static void answer(void)
{
	send(3, "hello", 6, 0);
	for (;;)
		pause();
}

int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)fd;
	(void)address;
	(void)owner;
	return 0;
}
