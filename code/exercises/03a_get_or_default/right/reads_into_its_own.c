/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_limit(int fd, uint32_t address, uint64_t fallback,
	      uint64_t *limit)
{
	uint64_t found = fallback;

	if (bpf_map_lookup_elem(fd, &address, &found) < 0 &&
	    errno != ENOENT)
		return -errno;
	*limit = found;
	return 0;
}
