/* SPDX-License-Identifier: MIT */
/* Caught by: fails_as_a_whole */
/* Sentence: If one map cannot be created, return the -errno of
 * that call. */
#include <bpf/bpf.h>

#include "exercise.h"

int open_store(struct store *store, uint32_t users, uint32_t recent)
{
	store->users = bpf_map_create(BPF_MAP_TYPE_HASH, "users", 4, 8,
				      users, NULL);
	store->recent = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "recent",
				       4, 8, recent, NULL);
	return 0;
}
