/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int add_job(int fd, const struct job *job)
{
	// Your code here, in place of these lines.
	(void)fd;
	(void)job;
	return -ENOSYS;
}

int take_job(int fd, struct job *job)
{
	// And here.
	(void)fd;
	(void)job;
	return -ENOSYS;
}
