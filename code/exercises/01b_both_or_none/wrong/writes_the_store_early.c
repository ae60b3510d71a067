/* SPDX-License-Identifier: MIT */
/* Caught by: fails_as_a_whole */
/* Sentence: After a failure the struct is as it was: write to it only
 * when both maps exist. */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int open_tables(struct tables *tables, uint32_t blocked,
		uint32_t recent)
{
	tables->blocked = bpf_map_create(BPF_MAP_TYPE_HASH, "blocked",
					 4, 8, blocked, NULL);
	if (tables->blocked < 0)
		return tables->blocked;
	tables->recent = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "recent",
					4, 8, recent, NULL);
	if (tables->recent < 0) {
		close(tables->blocked);
		return tables->recent;
	}
	return 0;
}
