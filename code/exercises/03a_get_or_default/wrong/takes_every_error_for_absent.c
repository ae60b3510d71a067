/* SPDX-License-Identifier: MIT */
/* Caught by: tells_absent_from_broken */
/* Sentence: Only ENOENT means absent; every other error means that
 * nobody knows, and is returned as it came. */
#include <bpf/bpf.h>

#include "exercise.h"

int get_setting(int fd, uint32_t setting, uint64_t fallback,
		uint64_t *value)
{
	if (bpf_map_lookup_elem(fd, &setting, value) < 0)
		*value = fallback;
	return 0;
}
