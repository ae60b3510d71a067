/* SPDX-License-Identifier: MIT */
/* Caught by: knows_a_full_map */
/* Sentence: E2BIG is the kernel's word for a full map; the
 * contract calls it -ENOSPC. */
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
			return err;
		err = bpf_map_update_elem(fd, &key, &value, BPF_EXIST);
	} while (err == -ENOENT);
	return err < 0 ? err : STORED_OVER;
}
