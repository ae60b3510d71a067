/* SPDX-License-Identifier: MIT */
/* Caught by: tells_absent_from_broken */
/* Sentence: On an error *value stays as it was: write to it only
 * when you know what to write. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_setting(int fd, uint32_t setting, uint64_t fallback,
		uint64_t *value)
{
	int err;

	*value = fallback;
	err = bpf_map_lookup_elem(fd, &setting, value);
	return err == -ENOENT ? 0 : err;
}
