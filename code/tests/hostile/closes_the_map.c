/* SPDX-License-Identifier: MIT */
/* Sentence: Your function closed a descriptor that belongs to its
 * caller: close only what you opened. */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	int err =
		bpf_map_update_elem(fd, &address, &owner, BPF_NOEXIST);

	close(fd);
	return err;
}
