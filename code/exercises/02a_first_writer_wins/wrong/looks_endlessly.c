/* SPDX-License-Identifier: MIT */
/* Caught by: wins_no_race */
/* Sentence: The test and the store have to be one step of the kernel's:
 * after a lookup, another process can be faster than your update. */
#include <bpf/bpf.h>
#include <errno.h>

#include "exercise.h"

// With enough lookups, the gap could lie where nobody looks.
int claim(int fd, uint32_t address, uint64_t owner)
{
	uint64_t value;
	int err = -ENOENT;

	for (int i = 0; i < 99 && err == -ENOENT; i++)
		err = bpf_map_lookup_elem(fd, &address, &value);
	if (err == 0)
		return -EEXIST;
	return bpf_map_update_elem(fd, &address, &owner, BPF_ANY);
}
