/* SPDX-License-Identifier: MIT */
/* Caught by: makes_room_when_full */
/* Sentence: The return value says whether this call removed the
 * victim: 1 if it did, 0 if it did not. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int insert_over(int fd, uint32_t key, uint64_t value, uint32_t victim)
{
	int err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);

	if (err != -E2BIG)
		return err;
	err = bpf_map_delete_elem(fd, &victim);
	if (err < 0 && err != -ENOENT)
		return err;
	return bpf_map_update_elem(fd, &key, &value, BPF_ANY);
}
