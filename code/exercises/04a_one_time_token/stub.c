/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int redeem(int fd, uint32_t token, uint64_t *allowance)
{
	// Your code here, in place of these lines.
	(void)fd;
	(void)token;
	(void)allowance;
	return -ENOSYS;
}
