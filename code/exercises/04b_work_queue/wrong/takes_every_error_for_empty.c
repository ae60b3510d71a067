/* SPDX-License-Identifier: MIT */
/* Caught by: reports_what_is_broken */
/* Sentence: Only ENOENT means empty and only E2BIG means full; every
 * other error is returned as it came, and *job stays. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int add_job(int fd, const struct job *job)
{
	if (bpf_map_update_elem(fd, NULL, job, BPF_ANY) < 0)
		return -EAGAIN;
	return 0;
}

int take_job(int fd, struct job *job)
{
	return bpf_map_lookup_and_delete_elem(fd, NULL, job) == 0;
}
