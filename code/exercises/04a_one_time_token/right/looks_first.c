/* SPDX-License-Identifier: MIT */
#include <bpf/bpf.h>

#include "exercise.h"

int redeem(int fd, uint32_t token, uint64_t *allowance)
{
	uint64_t seen;
	int err = bpf_map_lookup_elem(fd, &token, &seen);

	if (err < 0)
		return err;
	return bpf_map_lookup_and_delete_elem(fd, &token, allowance);
}
