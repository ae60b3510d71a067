/* SPDX-License-Identifier: MIT */
/* Caught by: fails_as_a_whole */
/* Sentence: After a failure the store is as it was: write to it
 * only when both maps exist. */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int open_store(struct store *store, uint32_t users, uint32_t recent)
{
	store->users = bpf_map_create(BPF_MAP_TYPE_HASH, "users", 4, 8,
				      users, NULL);
	if (store->users < 0)
		return store->users;
	store->recent = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "recent",
				       4, 8, recent, NULL);
	if (store->recent < 0) {
		close(store->users);
		return store->recent;
	}
	return 0;
}
