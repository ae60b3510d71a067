/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int sweep(int fd, uint64_t now)
{
	// Your code here, in place of these lines.
	(void)fd;
	(void)now;
	return -ENOSYS;
}
