/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int add_job(int fd, const struct job *job)
{
	int err = bpf_map_update_elem(fd, NULL, job, 0);

	return err == -E2BIG ? -EAGAIN : err;
}

int take_job(int fd, struct job *job)
{
	struct job seen;
	int err = bpf_map_lookup_elem(fd, NULL, &seen);

	if (err == 0)
		err = bpf_map_lookup_and_delete_elem(fd, NULL, job);
	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}
