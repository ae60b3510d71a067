/* SPDX-License-Identifier: MIT */
/* Sentence: Your function leaks a descriptor: close what you
 * opened and do not return. */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	return bpf_map_update_elem(dup(fd), &address, &owner,
				   BPF_NOEXIST);
}
