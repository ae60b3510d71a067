/* SPDX-License-Identifier: MIT */
/* Caught by: forgets_an_address */
/* Sentence: forget() removes the entry of this address, and no other,
 * and returns 1. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int forget(int fd, uint32_t address)
{
	const uint64_t nothing = 0;
	int err =
		bpf_map_update_elem(fd, &address, &nothing, BPF_EXIST);

	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}
