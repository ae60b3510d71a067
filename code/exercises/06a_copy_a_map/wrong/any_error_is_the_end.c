/* SPDX-License-Identifier: MIT */
/* Caught by: tells_the_end_from_an_error */
/* Sentence: Only ENOENT is the end of a map; every other error is
 * returned as it came. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int copy_map(int from, int to)
{
	uint32_t key, *last = NULL;
	uint64_t value;
	int err;

	while (bpf_map_get_next_key(from, last, &key) == 0) {
		last = &key;
		err = bpf_map_lookup_elem(from, &key, &value);
		if (err == -ENOENT)
			continue;
		if (err < 0)
			return err;
		err = bpf_map_update_elem(to, &key, &value, BPF_ANY);
		if (err < 0)
			return err;
	}
	return 0;
}
