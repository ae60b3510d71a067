/* SPDX-License-Identifier: MIT */
/* Caught by: wins_no_race */
/* Sentence: Two tills redeemed one token: after a lookup, another
 * till can be faster than your delete. */
#include <bpf/bpf.h>

#include "exercise.h"

int redeem(int fd, uint32_t token, uint64_t *worth)
{
	int err = bpf_map_lookup_elem(fd, &token, worth);

	if (err < 0)
		return err;
	bpf_map_delete_elem(fd, &token);
	return 0;
}
