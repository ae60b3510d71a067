/* SPDX-License-Identifier: MIT */
/* Caught by: makes_a_hash */
/* Sentence: The name is sessions: the second parameter of
 * bpf_map_create(). */
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	return bpf_map_create(
		BPF_MAP_TYPE_HASH, NULL, sizeof(struct session_key),
		sizeof(struct session), max_sessions, NULL);
}
