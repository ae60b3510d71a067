/* SPDX-License-Identifier: MIT */
/* Caught by: stores_a_new_key */
/* Sentence: A key that was absent is STORED_NEW, and the map holds
 * its value. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int store(int fd, uint32_t key, uint64_t value)
{
	int err = bpf_map_update_elem(fd, &key, &value, BPF_EXIST);

	if (err == -ENOENT)
		return STORED_NEW;
	return err < 0 ? err : STORED_OVER;
}
