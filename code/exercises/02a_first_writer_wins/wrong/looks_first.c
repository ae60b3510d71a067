/* SPDX-License-Identifier: MIT */
/* Caught by: wins_no_race */
/* Sentence: The test and the store have to be one step of the kernel's:
 * after a lookup, another process can be faster than your update. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	uint64_t value;
	int err = bpf_map_lookup_elem(fd, &address, &value);

	if (err == 0)
		return -EEXIST;
	if (err != -ENOENT)
		return err;
	return bpf_map_update_elem(fd, &address, &owner, BPF_ANY);
}
