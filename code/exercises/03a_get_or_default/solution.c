/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

// Three outcomes: found, absent, trouble.
int get_limit(int fd, uint32_t address, uint64_t fallback,
	      uint64_t *limit)
{
	int err = bpf_map_lookup_elem(fd, &address, limit);

	if (err == -ENOENT) {
		*limit = fallback;
		return 0;
	}
	return err;
}
