/* SPDX-License-Identifier: MIT */
/* Caught by: reports_what_is_broken */
/* Sentence: Only ENOENT means that the token is not there; every other
 * error is returned as it came, and *allowance stays. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int redeem(int fd, uint32_t token, uint64_t *allowance)
{
	if (bpf_map_lookup_and_delete_elem(fd, &token, allowance) < 0)
		return -ENOENT;
	return 0;
}
