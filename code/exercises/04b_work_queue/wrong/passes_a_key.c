/* SPDX-License-Identifier: MIT */
/* Caught by: adds_at_the_end */
/* Sentence: add_job() puts the whole job at the end of the queue
 * and returns 0; a queue has no keys, so the key is NULL. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int add_job(int fd, const struct job *job)
{
	uint32_t key = 0;
	int err = bpf_map_update_elem(fd, &key, job, BPF_ANY);

	return err == -E2BIG ? -EAGAIN : err;
}

int take_job(int fd, struct job *job)
{
	uint32_t key = 0;
	int err = bpf_map_lookup_and_delete_elem(fd, &key, job);

	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}
