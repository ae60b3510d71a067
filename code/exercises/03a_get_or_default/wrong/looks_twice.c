/* SPDX-License-Identifier: MIT */
/* Caught by: tells_what_one_lookup_found */
/* Sentence: What you return has to be what one lookup found: between
 * two calls another process can change the limit. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_limit(int fd, uint32_t address, uint64_t fallback,
	      uint64_t *limit)
{
	uint64_t seen;
	int err = bpf_map_lookup_elem(fd, &address, &seen);

	if (err == -ENOENT) {
		*limit = fallback;
		return 0;
	}
	if (err < 0)
		return err;
	return bpf_map_lookup_elem(fd, &address, limit);
}
