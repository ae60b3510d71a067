/* SPDX-License-Identifier: MIT */
/* Caught by: tells_absent_from_broken */
/* Sentence: On an error *limit stays as it was: write to it only
 * when you know what to write. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_limit(int fd, uint32_t address, uint64_t fallback,
	      uint64_t *limit)
{
	int err;

	*limit = fallback;
	err = bpf_map_lookup_elem(fd, &address, limit);
	return err == -ENOENT ? 0 : err;
}
