/* SPDX-License-Identifier: MIT */
/* Caught by: returns_the_errno */
/* Sentence: A refusal is returned as it came: the call returns
 * -errno already. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
				sizeof(struct session_key),
				sizeof(struct session), max_sessions,
				NULL);

	return fd < 0 ? -EINVAL : fd;
}
