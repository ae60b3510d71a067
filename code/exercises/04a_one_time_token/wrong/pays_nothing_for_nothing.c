/* SPDX-License-Identifier: MIT */
/* Caught by: refuses_it_twice */
/* Sentence: A token that is not in the map is -ENOENT, and *allowance
 * stays as it was. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int redeem(int fd, uint32_t token, uint64_t *allowance)
{
	int err = bpf_map_lookup_and_delete_elem(fd, &token, allowance);

	if (err == -ENOENT) {
		*allowance = 0;
		return 0;
	}
	return err;
}
