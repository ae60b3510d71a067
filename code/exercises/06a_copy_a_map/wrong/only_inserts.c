/* SPDX-License-Identifier: MIT */
/* Caught by: replaces_what_was_there */
/* Sentence: BPF_ANY replaces what is there; nothing else in the
 * map changes. */
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
		if (err == -ENOENT)
			continue;
		if (err < 0)
			return err;
		err = bpf_map_update_elem(to, &key, &value,
					  BPF_NOEXIST);
		if (err < 0)
			return err;
	}
	return err == -ENOENT ? 0 : err;
}
