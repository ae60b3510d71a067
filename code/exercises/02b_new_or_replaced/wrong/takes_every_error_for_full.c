/* SPDX-License-Identifier: MIT */
/* Caught by: reports_what_is_broken */
/* Sentence: An error that says nothing about the key, or the room for
 * it, is returned as it came. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int store(int fd, uint32_t key, uint64_t value)
{
	int err;

	do {
		err = bpf_map_update_elem(fd, &key, &value,
					  BPF_NOEXIST);
		if (err == 0)
			return STORED_NEW;
		if (err != -EEXIST)
			return -ENOSPC;
		err = bpf_map_update_elem(fd, &key, &value, BPF_EXIST);
	} while (err == -ENOENT);
	return err < 0 ? err : STORED_OVER;
}
