/* SPDX-License-Identifier: MIT */
/* Caught by: falls_back */
/* Sentence: ENOENT is an answer: the setting is absent, so its
 * default holds, and the return value is 0. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_setting(int fd, uint32_t setting, uint64_t fallback,
		uint64_t *value)
{
	int err = bpf_map_lookup_elem(fd, &setting, value);

	if (err == -ENOENT)
		*value = fallback;
	return err;
}
