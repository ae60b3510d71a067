/* SPDX-License-Identifier: MIT */
/* Sentence: Your code started another process: a function of an
 * exercise does its work itself. */
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

#include "exercise.h"

static void *work(void *nothing)
{
	(void)nothing;
	for (;;)
		pause();
	return NULL;
}

int claim(int fd, uint32_t address, uint64_t owner)
{
	pthread_t thread;

	(void)fd;
	(void)address;
	(void)owner;
	return pthread_create(&thread, 0, work, 0);
}
