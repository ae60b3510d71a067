/* SPDX-License-Identifier: MIT */
/* Caught by: tells_absent_from_broken */
/* Sentence: Only ENOENT means absent; every other error means that
 * nobody knows, and is returned as it came. */
#include <bpf/bpf.h>

#include "exercise.h"

int get_limit(int fd, uint32_t address, uint64_t fallback,
	      uint64_t *limit)
{
	if (bpf_map_lookup_elem(fd, &address, limit) < 0)
		*limit = fallback;
	return 0;
}
