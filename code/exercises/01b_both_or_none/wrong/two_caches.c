/* SPDX-License-Identifier: MIT */
/* Caught by: makes_blocked */
/* Sentence: blocked must never forget an address: that is a plain hash
 * with this name, key and value. */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int open_tables(struct tables *tables, uint32_t blocked,
		uint32_t recent)
{
	int table = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "blocked", 4,
				   8, blocked, NULL);
	int cache;

	if (table < 0)
		return table;
	cache = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "recent", 4, 8,
			       recent, NULL);
	if (cache < 0) {
		close(table);
		return cache;
	}
	tables->blocked = table;
	tables->recent = cache;
	return 0;
}
