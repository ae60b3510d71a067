/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int forget(int fd, uint32_t address)
{
	// Your code here, in place of these lines.
	(void)fd;
	(void)address;
	return -ENOSYS;
}
