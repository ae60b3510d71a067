/* SPDX-License-Identifier: MIT */
/* Caught by: gives_each_its_room */
/* Sentence: Each map has the room that the caller asks for it. */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int open_store(struct store *store, uint32_t users, uint32_t recent)
{
	int table = bpf_map_create(BPF_MAP_TYPE_HASH, "users", 4, 8,
				   recent, NULL);
	int cache;

	if (table < 0)
		return table;
	cache = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "recent", 4, 8,
			       users, NULL);
	if (cache < 0) {
		close(table);
		return cache;
	}
	store->users = table;
	store->recent = cache;
	return 0;
}
