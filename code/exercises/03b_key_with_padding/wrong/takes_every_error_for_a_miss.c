/* SPDX-License-Identifier: MIT */
/* Caught by: reports_what_is_broken */
/* Sentence: Only ENOENT means that there is no such flow; every other
 * error is returned as it came, and *bytes stays. */
#include <errno.h>
#include <string.h>
#include <bpf/bpf.h>

#include "exercise.h"

int find_bytes(int fd, uint32_t host, uint16_t port, uint64_t *bytes)
{
	struct flow flow;

	memset(&flow, 0, sizeof(flow));
	flow.host = host;
	flow.port = port;
	if (bpf_map_lookup_elem(fd, &flow, bytes) < 0)
		return -ENOENT;
	return 0;
}
