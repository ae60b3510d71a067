/* SPDX-License-Identifier: MIT */
/* Caught by: sizes_key_and_value */
/* Sentence: The kernel must know the size of the whole key: sizeof
 * the struct, not of a pointer or of its fields. */
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	return bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
			      sizeof(uint32_t), sizeof(struct session),
			      max_sessions, NULL);
}
