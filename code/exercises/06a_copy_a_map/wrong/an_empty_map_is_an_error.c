/* SPDX-License-Identifier: MIT */
/* Caught by: copies_an_empty_map */
/* Sentence: -ENOENT at the first step means an empty map: there is
 * nothing to copy, and that is a success. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int copy_map(int from, int to)
{
	uint32_t key;
	uint64_t value;
	int err = bpf_map_get_next_key(from, NULL, &key);

	if (err < 0)
		return err;
	do {
		err = bpf_map_lookup_elem(from, &key, &value);
		if (err == 0)
			err = bpf_map_update_elem(to, &key, &value,
						  BPF_ANY);
		if (err < 0 && err != -ENOENT)
			return err;
		err = bpf_map_get_next_key(from, &key, &key);
	} while (err == 0);
	return err == -ENOENT ? 0 : err;
}
