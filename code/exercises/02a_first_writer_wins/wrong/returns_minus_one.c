/* SPDX-License-Identifier: MIT */
/* Caught by: keeps_the_first_owner */
/* Sentence: -1 is no answer of its own: it reads as -EPERM. Return the
 * negative errno that the call returned. */
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	if (bpf_map_update_elem(fd, &address, &owner, BPF_NOEXIST) < 0)
		return -1;
	return 0;
}
