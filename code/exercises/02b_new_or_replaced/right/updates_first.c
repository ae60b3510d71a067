/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int store(int fd, uint32_t key, uint64_t value)
{
	int err;

	do {
		err = bpf_map_update_elem(fd, &key, &value, BPF_EXIST);
		if (err == 0)
			return STORED_OVER;
		if (err != -ENOENT)
			return err;
		err = bpf_map_update_elem(fd, &key, &value,
					  BPF_NOEXIST);
		if (err == 0)
			return STORED_NEW;
	} while (err == -EEXIST);
	return err == -E2BIG ? -ENOSPC : err;
}
