/* SPDX-License-Identifier: MIT */
/* Caught by: fails_as_a_whole */
/* Sentence: If one map cannot be created, return the -errno of
 * that call. */
#include <bpf/bpf.h>

#include "exercise.h"

int open_tables(struct tables *tables, uint32_t blocked,
		uint32_t recent)
{
	tables->blocked = bpf_map_create(BPF_MAP_TYPE_HASH, "blocked",
					 4, 8, blocked, NULL);
	tables->recent = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "recent",
					4, 8, recent, NULL);
	return 0;
}
