/* SPDX-License-Identifier: MIT */
#include <bpf/bpf.h>

#include "exercise.h"

int redeem(int fd, uint32_t token, uint64_t *allowance)
{
	uint64_t left;
	int err = bpf_map_lookup_and_delete_elem(fd, &token, allowance);

	bpf_map_lookup_elem(fd, &token, &left);
	return err;
}
