/* SPDX-License-Identifier: MIT */
/* Caught by: misses_politely */
/* Sentence: No such flow is -ENOENT, and *bytes stays as it was: a
 * miss is not a flow of zero bytes. */
#include <string.h>
#include <bpf/bpf.h>

#include "exercise.h"

int find_bytes(int fd, uint32_t host, uint16_t port, uint64_t *bytes)
{
	struct flow flow;

	memset(&flow, 0, sizeof(flow));
	flow.host = host;
	flow.port = port;
	*bytes = 0;
	return bpf_map_lookup_elem(fd, &flow, bytes);
}
