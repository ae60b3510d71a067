/* SPDX-License-Identifier: MIT */
/* Caught by: sizes_key_and_value */
/* Sentence: The kernel must know the size of the whole value,
 * padding and all: only sizeof of the struct says it. */
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	return bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
			      sizeof(struct session_key), 8 + 8 + 4,
			      max_sessions, NULL);
}
