/* SPDX-License-Identifier: MIT */
/* Caught by: wins_no_race */
/* Sentence: Between any two calls there is a gap for other processes:
 * make no more of them than the job needs. */
#include <bpf/bpf.h>
#include <errno.h>

#include "exercise.h"

// With enough lookups, the gap could lie where nobody looks.
int claim(int fd, uint32_t name, uint64_t owner)
{
	uint64_t value;
	int err = -ENOENT;

	for (int i = 0; i < 99 && err == -ENOENT; i++)
		err = bpf_map_lookup_elem(fd, &name, &value);
	if (err == 0)
		return -EEXIST;
	return bpf_map_update_elem(fd, &name, &owner, BPF_ANY);
}
