/* SPDX-License-Identifier: MIT */
/* Caught by: knows_a_full_map */
/* Sentence: A present key needs no new room, so it can be replaced
 * in a full map. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int store(int fd, uint32_t key, uint64_t value)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info), count = 0, walk, *last = NULL;
	int err = bpf_obj_get_info_by_fd(fd, &info, &size);

	if (err < 0)
		return err;
	while (bpf_map_get_next_key(fd, last, &walk) == 0) {
		count++;
		last = &walk;
	}
	if (count == info.max_entries)
		return -ENOSPC;
	err = bpf_map_update_elem(fd, &key, &value, BPF_NOEXIST);
	if (err == 0)
		return STORED_NEW;
	if (err != -EEXIST)
		return err;
	err = bpf_map_update_elem(fd, &key, &value, BPF_EXIST);
	return err < 0 ? err : STORED_OVER;
}
