/* SPDX-License-Identifier: MIT */
/* Caught by: falls_back */
/* Sentence: -ENOENT is an answer: no limit is stored, so the default
 * holds, and the return value is 0. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_limit(int fd, uint32_t address, uint64_t fallback,
	      uint64_t *limit)
{
	int err = bpf_map_lookup_elem(fd, &address, limit);

	if (err == ENOENT) {
		*limit = fallback;
		return 0;
	}
	return err;
}
