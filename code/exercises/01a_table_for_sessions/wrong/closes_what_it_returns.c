/* SPDX-License-Identifier: MIT */
/* Caught by: makes_a_hash */
/* Sentence: make_sessions() returns the descriptor of a new map,
 * as bpf_map_create() gave it. */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
				sizeof(struct session_key),
				sizeof(struct session), max_sessions,
				NULL);

	if (fd >= 0)
		close(fd);
	return fd;
}
