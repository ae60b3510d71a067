/* SPDX-License-Identifier: MIT */
/* Caught by: stops_when_the_copy_is_full */
/* Sentence: -E2BIG says that the copy is full and not every entry is in
 * it: stop and return it. */
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
		if (err == 0)
			bpf_map_update_elem(to, &key, &value, BPF_ANY);
		else if (err != -ENOENT)
			return err;
	}
	return err == -ENOENT ? 0 : err;
}
