/* SPDX-License-Identifier: MIT */
/* Caught by: spares_the_victim */
/* Sentence: A key that is in the map needs no new room, so it can
 * be stored in a full map and nothing has to go. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int insert_over(int fd, uint32_t key, uint64_t value, uint32_t victim)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info), count = 0, walk, *last = NULL;
	int err = bpf_obj_get_info_by_fd(fd, &info, &size);
	int removed = 0;

	if (err < 0)
		return err;
	while (bpf_map_get_next_key(fd, last, &walk) == 0) {
		count++;
		last = &walk;
	}
	if (count == info.max_entries)
		removed = bpf_map_delete_elem(fd, &victim) == 0;
	err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);
	return err < 0 ? err : removed;
}
