/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <bpf/bpf.h>

#include "exercise.h"

int find_bytes(int fd, uint32_t host, uint16_t port, uint64_t *bytes)
{
	// Your code here, in place of these lines.
	(void)fd;
	(void)host;
	(void)port;
	(void)bytes;
	return -ENOSYS;
}
