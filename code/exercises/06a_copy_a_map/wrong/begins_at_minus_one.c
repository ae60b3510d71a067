/* SPDX-License-Identifier: MIT */
/* Caught by: copies_every_entry */
/* Sentence: The walk begins with NULL, meets every key, and each
 * key is stored with its own value; then the return value is 0. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int copy_map(int from, int to)
{
	uint32_t key = (uint32_t)-1;
	uint64_t value;
	int err;

	while ((err = bpf_map_get_next_key(from, &key, &key)) == 0) {
		err = bpf_map_lookup_elem(from, &key, &value);
		if (err == -ENOENT)
			continue;
		if (err < 0)
			return err;
		err = bpf_map_update_elem(to, &key, &value, BPF_ANY);
		if (err < 0)
			return err;
	}
	return err == -ENOENT ? 0 : err;
}
