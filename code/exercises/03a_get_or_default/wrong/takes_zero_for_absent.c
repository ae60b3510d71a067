/* SPDX-License-Identifier: MIT */
/* Caught by: keeps_a_stored_zero */
/* Sentence: A stored 0 is a value: only the errno tells whether a
 * key is there, never the value. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_setting(int fd, uint32_t setting, uint64_t fallback,
		uint64_t *value)
{
	uint64_t found = 0;
	int err = bpf_map_lookup_elem(fd, &setting, &found);

	if (err < 0 && err != -ENOENT)
		return err;
	*value = found == 0 ? fallback : found;
	return 0;
}
