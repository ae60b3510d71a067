/* SPDX-License-Identifier: MIT */
/* Caught by: wins_no_race */
/* Sentence: Two processes redeemed one token: after a lookup, another
 * one can be faster than your delete. */
#include <bpf/bpf.h>

#include "exercise.h"

int redeem(int fd, uint32_t token, uint64_t *allowance)
{
	int err = bpf_map_lookup_elem(fd, &token, allowance);

	if (err < 0)
		return err;
	bpf_map_delete_elem(fd, &token);
	return 0;
}
