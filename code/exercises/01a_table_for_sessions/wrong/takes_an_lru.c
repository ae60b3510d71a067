/* SPDX-License-Identifier: MIT */
/* Caught by: makes_a_hash */
/* Sentence: The map is a plain hash: it finds any key, and it
 * never drops an entry by itself. */
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	return bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "sessions",
			      sizeof(struct session_key),
			      sizeof(struct session), max_sessions,
			      NULL);
}
