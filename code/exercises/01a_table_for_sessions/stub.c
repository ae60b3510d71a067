/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	// Your code here, in place of these lines.
	(void)max_sessions;
	return -ENOSYS;
}
