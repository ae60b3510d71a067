/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int copy_map(int from, int to)
{
	uint32_t key, next;
	uint64_t value;
	int step = bpf_map_get_next_key(from, NULL, &next), err;

	while (step == 0) {
		key = next;
		step = bpf_map_get_next_key(from, &key, &next);
		err = bpf_map_lookup_elem(from, &key, &value);
		if (err == 0)
			err = bpf_map_update_elem(to, &key, &value,
						  BPF_ANY);
		else if (err == -ENOENT)
			err = 0;
		if (err < 0)
			return err;
	}
	return step == -ENOENT ? 0 : step;
}
