/* SPDX-License-Identifier: MIT */
/* Caught by: goes_on_when_a_key_vanishes */
/* Sentence: A key can vanish between get_next_key and lookup: -ENOENT
 * from the lookup skips this entry, and the walk goes on. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int copy_map(int from, int to)
{
	uint32_t key, *last = NULL;
	uint64_t value;
	int err;

	while ((err = bpf_map_get_next_key(from, last, &key)) == 0) {
		last = &key;
		err = bpf_map_lookup_elem(from, &key, &value);
		if (err < 0)
			return err;
		err = bpf_map_update_elem(to, &key, &value, BPF_ANY);
		if (err < 0)
			return err;
	}
	return err == -ENOENT ? 0 : err;
}
