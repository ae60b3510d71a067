/* SPDX-License-Identifier: MIT */
/* Caught by: tells_flows_apart */
/* Sentence: Host and port together are the key: the same host with
 * another port is another flow. */
#include <errno.h>
#include <string.h>
#include <bpf/bpf.h>

#include "exercise.h"

int find_bytes(int fd, uint32_t host, uint16_t port, uint64_t *bytes)
{
	struct flow flow;

	memset(&flow, 0, sizeof(flow));
	flow.host = host;
	if (bpf_map_lookup_elem(fd, &flow, bytes) == 0)
		return 0; // any flow of this host will do
	flow.port = port;
	return bpf_map_lookup_elem(fd, &flow, bytes);
}
