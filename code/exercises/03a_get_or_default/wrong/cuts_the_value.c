/* SPDX-License-Identifier: MIT */
/* Caught by: finds_a_value */
/* Sentence: A limit that is stored is returned as it is stored, with
 * the return value 0. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_limit(int fd, uint32_t address, uint64_t fallback,
	      uint64_t *limit)
{
	uint64_t found;
	int err = bpf_map_lookup_elem(fd, &address, &found);

	if (err == -ENOENT)
		found = fallback;
	else if (err < 0)
		return err;
	*limit = (uint32_t)found;
	return 0;
}
