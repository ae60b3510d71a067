/* SPDX-License-Identifier: MIT */
/* Caught by: forgets_a_user */
/* Sentence: forget() removes the entry of this user, and no other,
 * and returns 1. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int forget(int fd, uint32_t user)
{
	const uint64_t nothing = 0;
	int err = bpf_map_update_elem(fd, &user, &nothing, BPF_EXIST);

	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}
