/* SPDX-License-Identifier: MIT */
/* Caught by: keeps_the_first_owner */
/* Sentence: A refused claim returns -EEXIST, as the call itself does:
 * negative, and not -1. */
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t name, uint64_t owner)
{
	if (bpf_map_update_elem(fd, &name, &owner, BPF_NOEXIST) < 0)
		return -1;
	return 0;
}
