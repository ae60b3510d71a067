/* SPDX-License-Identifier: MIT */
/* Caught by: has_the_room_asked_for */
/* Sentence: max_entries is what the caller asks for, no more and
 * no less. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int make_sessions(uint32_t max_sessions)
{
	if (max_sessions == 0)
		return -EINVAL;
	return bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
			      sizeof(struct session_key),
			      sizeof(struct session), 8192, NULL);
}
