/* SPDX-License-Identifier: MIT */
/* Caught by: replaces_a_value */
/* Sentence: A key that was present is STORED_OVER: an insert with
 * BPF_NOEXIST gets EEXIST, an update with BPF_EXIST goes through. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int store(int fd, uint32_t key, uint64_t value)
{
	int err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);

	if (err == -E2BIG)
		return -ENOSPC;
	return err < 0 ? err : STORED_NEW;
}
