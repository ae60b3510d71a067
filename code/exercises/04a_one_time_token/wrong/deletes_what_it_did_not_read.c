/* SPDX-License-Identifier: MIT */
/* Caught by: loses_no_allowance */
/* Sentence: The allowance was read before the token was removed, and
 * what was added in between is lost: read and remove in one step. */
#include <bpf/bpf.h>

#include "exercise.h"

int redeem(int fd, uint32_t token, uint64_t *allowance)
{
	uint64_t seen;
	int err = bpf_map_lookup_elem(fd, &token, &seen);

	if (err < 0)
		return err;
	err = bpf_map_delete_elem(fd, &token);
	if (err < 0)
		return err;
	*allowance = seen;
	return 0;
}
