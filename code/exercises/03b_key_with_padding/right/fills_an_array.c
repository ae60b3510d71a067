/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>
#include <bpf/bpf.h>

#include "exercise.h"

int find_bytes(int fd, uint32_t host, uint16_t port, uint64_t *bytes)
{
	char key[sizeof(struct flow)] = { 0 };

	memcpy(key + offsetof(struct flow, host), &host, sizeof(host));
	memcpy(key + offsetof(struct flow, port), &port, sizeof(port));
	return bpf_map_lookup_elem(fd, key, bytes);
}
