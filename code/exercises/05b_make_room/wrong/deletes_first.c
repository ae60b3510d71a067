/* SPDX-License-Identifier: MIT */
/* Caught by: inserts_where_there_is_room */
/* Sentence: Where there is room nothing has to go: insert first,
 * and delete only after E2BIG. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int insert_over(int fd, uint32_t key, uint64_t value, uint32_t victim)
{
	int removed = bpf_map_delete_elem(fd, &victim);
	int err;

	if (removed < 0 && removed != -ENOENT)
		return removed;
	err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);
	if (err < 0)
		return err;
	return removed == 0;
}
