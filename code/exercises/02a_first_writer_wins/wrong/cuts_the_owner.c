/* SPDX-License-Identifier: MIT */
/* Caught by: claims_a_free_name */
/* Sentence: A claim of a free name stores the owner, all 64 bits of it,
 * and returns 0. */
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t name, uint64_t owner)
{
	const uint64_t value = (unsigned int)owner;

	return bpf_map_update_elem(fd, &name, &value, BPF_NOEXIST);
}
