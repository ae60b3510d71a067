/* SPDX-License-Identifier: MIT */
/* Caught by: makes_a_hash */
/* Sentence: No flag is asked for, and a flag changes what the map
 * does: pass no options. */
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	const struct bpf_map_create_opts opts = {
		.sz = sizeof(opts),
		.map_flags = BPF_F_NO_PREALLOC,
	};

	return bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
			      sizeof(struct session_key),
			      sizeof(struct session), max_sessions,
			      &opts);
}
