/* SPDX-License-Identifier: MIT */
/* Caught by: sizes_key_and_value */
/* Sentence: The two sizes are swapped: bpf_map_create() takes that of
 * the key first, then that of the value. */
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	return bpf_map_create(
		BPF_MAP_TYPE_HASH, "sessions", sizeof(struct session),
		sizeof(struct session_key), max_sessions, NULL);
}
