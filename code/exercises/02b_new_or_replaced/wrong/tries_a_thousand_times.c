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
	int err = 0;

	for (int i = 0; i < 1000; i++) {
		err = bpf_map_update_elem(fd, &key, &value,
					  BPF_NOEXIST);
		if (err == 0)
			return STORED_NEW;
		if (err == -E2BIG)
			return -ENOSPC;
		if (err != -EEXIST)
			return err;
		err = bpf_map_update_elem(fd, &key, &value, BPF_EXIST);
		if (err == 0)
			return STORED_OVER;
		if (err != -ENOENT)
			return err;
	}
	return err;
}
