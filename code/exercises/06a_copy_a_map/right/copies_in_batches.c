/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <bpf/bpf.h>

#include "exercise.h"

enum { BATCH = 64 };

int copy_map(int from, int to)
{
	uint32_t keys[BATCH], cursor, *in = NULL, count;
	uint64_t values[BATCH];
	int step, err;

	do {
		count = BATCH;
		step = bpf_map_lookup_batch(from, in, &cursor, keys,
					    values, &count, NULL);
		if (step < 0 && step != -ENOENT)
			return step;
		in = &cursor;
		for (uint32_t i = 0; i < count; i++) {
			err = bpf_map_update_elem(to, &keys[i],
						  &values[i], BPF_ANY);
			if (err < 0)
				return err;
		}
	} while (step == 0);
	return 0;
}
