/* SPDX-License-Identifier: MIT */
/* Caught by: gives_each_its_room */
/* Sentence: Each map has the room that the caller asks for it. */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int open_tables(struct tables *tables, uint32_t blocked,
		uint32_t recent)
{
	int table = bpf_map_create(BPF_MAP_TYPE_HASH, "blocked", 4, 8,
				   recent, NULL);
	int cache;

	if (table < 0)
		return table;
	cache = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "recent", 4, 8,
			       blocked, NULL);
	if (cache < 0) {
		close(table);
		return cache;
	}
	tables->blocked = table;
	tables->recent = cache;
	return 0;
}
