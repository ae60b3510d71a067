/* SPDX-License-Identifier: MIT */
/* Caught by: fails_as_a_whole */
/* Sentence: Your function leaks a descriptor: close what you
 * opened and do not return. */
#include <bpf/bpf.h>

#include "exercise.h"

int open_tables(struct tables *tables, uint32_t blocked,
		uint32_t recent)
{
	int table = bpf_map_create(BPF_MAP_TYPE_HASH, "blocked", 4, 8,
				   blocked, NULL);
	int cache;

	if (table < 0)
		return table;
	cache = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "recent", 4, 8,
			       recent, NULL);
	if (cache < 0)
		return cache;
	tables->blocked = table;
	tables->recent = cache;
	return 0;
}
