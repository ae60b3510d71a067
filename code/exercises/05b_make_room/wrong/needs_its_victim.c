/* SPDX-License-Identifier: MIT */
/* Caught by: goes_on_without_the_victim */
/* Sentence: If the victim is gone already, there is room: -ENOENT from
 * the delete is no reason to give up. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int insert_over(int fd, uint32_t key, uint64_t value, uint32_t victim)
{
	int err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);

	if (err != -E2BIG)
		return err;
	err = bpf_map_delete_elem(fd, &victim);
	if (err == -ENOENT)
		return -E2BIG;
	if (err < 0)
		return err;
	err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);
	return err < 0 ? err : 1;
}
