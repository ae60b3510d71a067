/* SPDX-License-Identifier: MIT */
/* Caught by: knows_an_empty_queue */
/* Sentence: An empty queue is -ENOENT to the kernel and 0 to the
 * contract: no work is not an error, and *job stays as it was. */
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
	int err = bpf_map_lookup_and_delete_elem(fd, NULL, job);

	return err < 0 ? err : 1;
}
