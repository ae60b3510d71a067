/* SPDX-License-Identifier: MIT */
/* Caught by: makes_blocked */
/* Sentence: The two sizes are swapped: bpf_map_create() takes that of
 * the key first, then that of the value. */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int open_tables(struct tables *tables, uint32_t blocked,
		uint32_t recent)
{
	int table = bpf_map_create(BPF_MAP_TYPE_HASH, "blocked", 8, 4,
				   blocked, NULL);
	int cache;

	if (table < 0)
		return table;
	cache = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "recent", 8, 4,
			       recent, NULL);
	if (cache < 0) {
		close(table);
		return cache;
	}
	tables->blocked = table;
	tables->recent = cache;
	return 0;
}
