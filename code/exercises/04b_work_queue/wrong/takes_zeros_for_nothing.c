/* SPDX-License-Identifier: MIT */
/* Caught by: takes_the_oldest */
/* Sentence: take_job() takes the oldest job out and returns 1: what
 * went in first comes out first, and once. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int add_job(int fd, const struct job *job)
{
	int err = bpf_map_update_elem(fd, NULL, job, BPF_ANY);

	return err == -E2BIG ? -EAGAIN : err;
}

int take_job(int fd, struct job *job)
{
	struct job found = { .number = 0 };
	int err = bpf_map_lookup_and_delete_elem(fd, NULL, &found);

	if (err < 0 && err != -ENOENT)
		return err;
	if (!found.number && !found.kind && !found.argument)
		return 0;
	*job = found;
	return 1;
}
