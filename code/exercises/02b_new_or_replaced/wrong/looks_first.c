/* SPDX-License-Identifier: MIT */
/* Caught by: tells_the_truth_in_a_race */
/* Sentence: A key that comes or goes between two calls is no failure,
 * and what an earlier call said of it is old news: try again until one
 * store goes through, however often that is; its flag tells what was
 * there. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int store(int fd, uint32_t key, uint64_t value)
{
	uint64_t old;
	int found = bpf_map_lookup_elem(fd, &key, &old);
	int err;

	if (found < 0 && found != -ENOENT)
		return found;
	err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);
	if (err == -E2BIG)
		return -ENOSPC;
	if (err < 0)
		return err;
	return found == 0 ? STORED_OVER : STORED_NEW;
}
