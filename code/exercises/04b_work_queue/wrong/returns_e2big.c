/* SPDX-License-Identifier: MIT */
/* Caught by: knows_a_full_queue */
/* Sentence: A full queue refuses a job with -E2BIG, which the contract
 * calls -EAGAIN. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int add_job(int fd, const struct job *job)
{
	return bpf_map_update_elem(fd, NULL, job, BPF_ANY);
}

int take_job(int fd, struct job *job)
{
	int err = bpf_map_lookup_and_delete_elem(fd, NULL, job);

	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}
