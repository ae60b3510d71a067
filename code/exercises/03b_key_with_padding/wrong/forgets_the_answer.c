/* SPDX-License-Identifier: MIT */
/* Caught by: finds_a_flow */
/* Sentence: A flow that is in the map is found: its bytes, and the
 * return value 0. */
#include <string.h>
#include <bpf/bpf.h>

#include "exercise.h"

int find_bytes(int fd, uint32_t host, uint16_t port, uint64_t *bytes)
{
	struct flow flow;
	uint64_t value = *bytes;

	memset(&flow, 0, sizeof(flow));
	flow.host = host;
	flow.port = port;
	return bpf_map_lookup_elem(fd, &flow, &value);
}
