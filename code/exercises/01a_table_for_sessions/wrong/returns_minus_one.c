/* SPDX-License-Identifier: MIT */
/* Caught by: returns_the_errno */
/* Sentence: -1 is no answer of its own: it reads as -EPERM. Return the
 * negative errno that the call returned. */
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
				sizeof(struct session_key),
				sizeof(struct session), max_sessions,
				NULL);

	return fd < 0 ? -1 : fd;
}
