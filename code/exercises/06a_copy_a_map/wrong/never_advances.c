/* SPDX-License-Identifier: MIT */
/* Caught by: copies_every_entry */
/* Sentence: Your function does not return: a loop in it never
 * ends. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int copy_map(int from, int to)
{
	uint32_t key;
	uint64_t value;
	int err;

	while ((err = bpf_map_get_next_key(from, NULL, &key)) == 0) {
		err = bpf_map_lookup_elem(from, &key, &value);
		if (err == 0)
			err = bpf_map_update_elem(to, &key, &value,
						  BPF_ANY);
		if (err < 0)
			return err;
	}
	return err == -ENOENT ? 0 : err;
}
