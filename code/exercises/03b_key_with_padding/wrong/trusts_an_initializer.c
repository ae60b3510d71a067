/* SPDX-License-Identifier: MIT */
/* Caught by: finds_a_flow */
/* Sentence: The flow is in the map under a key with zeroed
 * padding: the kernel compares all eight bytes, so zero the whole
 * struct first. */
#include <bpf/bpf.h>

#include "exercise.h"

int find_bytes(int fd, uint32_t host, uint16_t port, uint64_t *bytes)
{
	const struct flow flow = { .host = host, .port = port };

	return bpf_map_lookup_elem(fd, &flow, bytes);
}
