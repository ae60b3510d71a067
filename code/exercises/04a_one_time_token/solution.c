/* SPDX-License-Identifier: MIT */
#include <bpf/bpf.h>

#include "exercise.h"

// One step: nobody can come between the look and the delete.
int redeem(int fd, uint32_t token, uint64_t *allowance)
{
	return bpf_map_lookup_and_delete_elem(fd, &token, allowance);
}
