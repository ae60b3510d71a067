/* SPDX-License-Identifier: MIT */
/* Caught by: keeps_a_stored_zero */
/* Sentence: A stored 0 is a value: only the errno tells whether a
 * key is there, never the value. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_limit(int fd, uint32_t address, uint64_t fallback,
	      uint64_t *limit)
{
	uint64_t found = 0;
	int err = bpf_map_lookup_elem(fd, &address, &found);

	if (err < 0 && err != -ENOENT)
		return err;
	*limit = found == 0 ? fallback : found;
	return 0;
}
