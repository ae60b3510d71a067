/* SPDX-License-Identifier: MIT */
/* Caught by: keeps_the_first_owner */
/* Sentence: A claimed address stays with its owner: BPF_ANY overwrites,
 * BPF_NOEXIST refuses. */
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	return bpf_map_update_elem(fd, &address, &owner, BPF_ANY);
}
