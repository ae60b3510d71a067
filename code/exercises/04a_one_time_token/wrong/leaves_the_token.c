/* SPDX-License-Identifier: MIT */
/* Caught by: redeems_a_token */
/* Sentence: To redeem is to take: the allowance comes out, the token
 * is gone, and the others stay. */
#include <bpf/bpf.h>

#include "exercise.h"

int redeem(int fd, uint32_t token, uint64_t *allowance)
{
	return bpf_map_lookup_elem(fd, &token, allowance);
}
