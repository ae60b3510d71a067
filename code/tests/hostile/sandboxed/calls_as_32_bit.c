/* SPDX-License-Identifier: MIT */
/* Sentence: A signal ended your function before it could return. */
#include <signal.h>
#include <unistd.h>

#include "exercise.h"

// The bpf(2) of 32-bit programs has another number, which a filter
// could overlook.
int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)fd;
	(void)address;
	(void)owner;
#ifdef __x86_64__
	long result = 357;

	__asm__ volatile("int $0x80"
			 : "+a"(result)
			 : "b"(0), "c"(0), "d"(0)
			 : "memory");
	return (int)result;
#else
	raise(SIGSYS); // there is no such way
	return 0;
#endif
}
