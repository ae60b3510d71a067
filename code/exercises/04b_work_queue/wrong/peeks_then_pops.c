/* SPDX-License-Identifier: MIT */
/* Caught by: wins_no_race */
/* Sentence: To look and then to take are two steps: if another
 * worker takes a job in between, one job is done twice and one is
 * lost. */
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
	struct job thrown_away;
	int err = bpf_map_lookup_elem(fd, NULL, job);

	if (err == 0)
		err = bpf_map_lookup_and_delete_elem(fd, NULL,
						     &thrown_away);
	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}
