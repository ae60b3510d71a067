/* SPDX-License-Identifier: MIT */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int open_tables(struct tables *tables, uint32_t blocked,
		uint32_t recent)
{
	int table, cache;

	table = bpf_map_create(BPF_MAP_TYPE_HASH, "blocked",
			       sizeof(uint32_t), sizeof(uint64_t),
			       blocked, NULL);
	if (table < 0)
		return table;

	cache = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "recent",
			       sizeof(uint32_t), sizeof(uint64_t),
			       recent, NULL);
	if (cache < 0) {
		close(table);
		return cache;
	}

	// Both exist: only now the caller gets to see them.
	tables->blocked = table;
	tables->recent = cache;
	return 0;
}
