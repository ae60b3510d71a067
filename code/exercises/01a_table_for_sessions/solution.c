/* SPDX-License-Identifier: MIT */
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	return bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
			      sizeof(struct session_key),
			      sizeof(struct session), max_sessions,
			      NULL);
}
