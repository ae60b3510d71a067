/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int insert_over(int fd, uint32_t key, uint64_t value, uint32_t victim)
{
	int err, removed;

	// The insert itself says whether there is room.
	err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);
	if (err != -E2BIG)
		return err;

	// If the victim is gone, somebody else may have made the
	// room, so the second insert is tried in any case.
	removed = bpf_map_delete_elem(fd, &victim);
	if (removed < 0 && removed != -ENOENT)
		return removed;

	err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);
	if (err < 0)
		return err;
	return removed == 0 ? 1 : 0;
}
