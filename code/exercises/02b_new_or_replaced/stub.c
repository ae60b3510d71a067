/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int store(int fd, uint32_t key, uint64_t value)
{
	// Your code here, in place of these lines.
	(void)fd;
	(void)key;
	(void)value;
	return -ENOSYS;
}
