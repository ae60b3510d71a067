/* SPDX-License-Identifier: MIT */
/* Caught by: reports_what_is_broken */
/* Sentence: Only ENOENT says that the victim is gone: if the
 * delete fails with another error, nothing was removed, so return
 * that error. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int insert_over(int fd, uint32_t key, uint64_t value, uint32_t victim)
{
	int err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);
	int removed;

	if (err != -E2BIG)
		return err;
	removed = bpf_map_delete_elem(fd, &victim);
	err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);
	if (err < 0)
		return err;
	return removed == 0 ? 1 : 0;
}
