/* SPDX-License-Identifier: MIT */
/* Caught by: makes_a_hash */
/* Sentence: Your function leaks a descriptor: close what you
 * opened and do not return. */
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
				sizeof(struct session_key),
				sizeof(struct session), max_sessions,
				NULL);

	if (fd < 0)
		return fd;
	return bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
			      sizeof(struct session_key),
			      sizeof(struct session), max_sessions,
			      NULL);
}
