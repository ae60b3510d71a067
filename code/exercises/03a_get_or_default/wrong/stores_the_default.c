/* SPDX-License-Identifier: MIT */
/* Caught by: only_reads */
/* Sentence: A lookup only reads: a default that is stored is no
 * default any more. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int get_setting(int fd, uint32_t setting, uint64_t fallback,
		uint64_t *value)
{
	int err = bpf_map_lookup_elem(fd, &setting, value);

	if (err != -ENOENT)
		return err;
	*value = fallback;
	return bpf_map_update_elem(fd, &setting, value, BPF_NOEXIST);
}
