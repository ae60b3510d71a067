/* SPDX-License-Identifier: MIT */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int open_store(struct store *store, uint32_t users, uint32_t recent)
{
	int table, cache;

	table = bpf_map_create(BPF_MAP_TYPE_HASH, "users",
			       sizeof(uint32_t), sizeof(uint64_t),
			       users, NULL);
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
	store->users = table;
	store->recent = cache;
	return 0;
}
