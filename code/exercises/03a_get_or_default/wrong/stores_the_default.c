/* SPDX-License-Identifier: MIT */
/* Caught by: falls_back */
/* Sentence: A lookup only reads: a default that is stored is no default
 * any more. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_limit(int fd, uint32_t address, uint64_t fallback,
	      uint64_t *limit)
{
	int err = bpf_map_lookup_elem(fd, &address, limit);

	if (err != -ENOENT)
		return err;
	*limit = fallback;
	return bpf_map_update_elem(fd, &address, limit, BPF_NOEXIST);
}
