/* SPDX-License-Identifier: MIT */
/* Caught by: loses_no_allowance */
/* Sentence: The allowance was read before the token was removed, and
 * what was added in between is lost: read and remove in one step. */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <errno.h>
#include <time.h>

#include "exercise.h"

// As many harmless calls as the clock says: nobody knows which one
// comes before the delete.
int redeem(int fd, uint32_t token, uint64_t *allowance)
{
	struct timespec now;
	uint64_t seen;
	int err;

	clock_gettime(CLOCK_MONOTONIC, &now);
	for (long i = now.tv_nsec % 20; i > 0; i--)
		bpf_map_lookup_elem(fd, &token, &seen);
	err = bpf_map_lookup_elem(fd, &token, &seen);
	if (err < 0)
		return err;
	err = bpf_map_delete_elem(fd, &token);
	if (err < 0)
		return err;
	*allowance = seen;
	return 0;
}
