/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

// Insert, or else update. If the key is deleted between the two,
// neither happened: try again.
int store(int fd, uint32_t key, uint64_t value)
{
	int err;

	for (;;) {
		err = bpf_map_update_elem(fd, &key, &value,
					  BPF_NOEXIST);
		if (err == 0)
			return STORED_NEW;
		if (err == -E2BIG)
			return -ENOSPC;
		if (err != -EEXIST)
			return err;

		err = bpf_map_update_elem(fd, &key, &value, BPF_EXIST);
		if (err == 0)
			return STORED_OVER;
		if (err != -ENOENT)
			return err;
	}
}
