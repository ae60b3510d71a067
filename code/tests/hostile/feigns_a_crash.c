/* SPDX-License-Identifier: MIT */
/* Sentence: Your code started another process: a function of an
 * exercise does its work itself. */
#include <bpf/bpf.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exercise.h"

// A sanitizer that has spoken may start a process. This is none.
int claim(int fd, uint32_t address, uint64_t owner)
{
	const char words[] = "runtime error: \n";
	int status = 1;

	if (write(STDOUT_FILENO, words, sizeof(words) - 1) < 0)
		return -1;
	if (fork() == 0)
		_exit(bpf_map_update_elem(fd, &address, &owner,
					  BPF_NOEXIST) != 0);
	wait(&status);
	return status ? -17 : 0;
}
