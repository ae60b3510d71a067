/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

// A queue has no keys, so the key is NULL. Without BPF_EXIST a full
// queue refuses; with it, it would drop the oldest job.
int add_job(int fd, const struct job *job)
{
	int err = bpf_map_update_elem(fd, NULL, job, BPF_ANY);

	return err == -E2BIG ? -EAGAIN : err;
}

int take_job(int fd, struct job *job)
{
	int err = bpf_map_lookup_and_delete_elem(fd, NULL, job);

	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}
