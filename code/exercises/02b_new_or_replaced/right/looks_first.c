/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

// A lookup chooses which of the two is tried.
int store(int fd, uint32_t key, uint64_t value)
{
	uint64_t old;
	int err;

	for (;;) {
		err = bpf_map_lookup_elem(fd, &key, &old);
		if (err < 0 && err != -ENOENT)
			return err;
		if (err == 0) {
			err = bpf_map_update_elem(fd, &key, &value,
						  BPF_EXIST);
			if (err == 0)
				return STORED_OVER;
			if (err != -ENOENT)
				return err;
			continue;
		}
		err = bpf_map_update_elem(fd, &key, &value,
					  BPF_NOEXIST);
		if (err == 0)
			return STORED_NEW;
		if (err != -EEXIST)
			return err == -E2BIG ? -ENOSPC : err;
	}
}
