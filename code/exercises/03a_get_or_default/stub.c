/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_limit(int fd, uint32_t address, uint64_t fallback,
	      uint64_t *limit)
{
	// Your code here, in place of these lines.
	(void)fd;
	(void)address;
	(void)fallback;
	(void)limit;
	return -ENOSYS;
}
