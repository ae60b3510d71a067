/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

// Three outcomes: found, absent, trouble.
int get_setting(int fd, uint32_t setting, uint64_t fallback,
		uint64_t *value)
{
	int err = bpf_map_lookup_elem(fd, &setting, value);

	if (err == -ENOENT) {
		*value = fallback;
		return 0;
	}
	return err;
}
