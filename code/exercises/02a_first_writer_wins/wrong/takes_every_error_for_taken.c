/* SPDX-License-Identifier: MIT */
/* Caught by: reports_what_is_broken */
/* Sentence: Only EEXIST means that the address is taken; every
 * other error is returned as it came. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	if (bpf_map_update_elem(fd, &address, &owner, BPF_NOEXIST) < 0)
		return -EEXIST;
	return 0;
}
