/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int copy_map(int from, int to)
{
	// Your code here, in place of these lines.
	(void)from;
	(void)to;
	return -ENOSYS;
}
