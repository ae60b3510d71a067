/* SPDX-License-Identifier: MIT */
/* Sentence: Your code closed a descriptor that it does not own:
 * close only what you opened. */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	int err =
		bpf_map_update_elem(fd, &address, &owner, BPF_NOEXIST);

	for (int i = 0; i < 1024; i++)
		close(i);
	return err;
}
