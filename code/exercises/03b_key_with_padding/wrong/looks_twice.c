/* SPDX-License-Identifier: MIT */
/* Caught by: tells_what_one_lookup_found */
/* Sentence: What you return has to be what one lookup found: between
 * two calls the flow may come, grow or end. */
#include <string.h>
#include <bpf/bpf.h>

#include "exercise.h"

int find_bytes(int fd, uint32_t host, uint16_t port, uint64_t *bytes)
{
	struct flow flow;
	uint64_t seen;
	int err;

	memset(&flow, 0, sizeof(flow));
	flow.host = host;
	flow.port = port;
	err = bpf_map_lookup_elem(fd, &flow, &seen);
	if (err == 0)
		bpf_map_lookup_elem(fd, &flow, bytes);
	return err;
}
