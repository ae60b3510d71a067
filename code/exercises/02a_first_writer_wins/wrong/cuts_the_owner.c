/* SPDX-License-Identifier: MIT */
/* Caught by: claims_a_free_address */
/* Sentence: A claim of a free address stores its owner, all 64 bits of
 * it, and returns 0. */
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	const uint64_t value = (unsigned int)owner;

	return bpf_map_update_elem(fd, &address, &value, BPF_NOEXIST);
}
