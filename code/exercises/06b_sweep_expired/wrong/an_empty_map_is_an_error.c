/* SPDX-License-Identifier: MIT */
/* Caught by: sweeps_an_empty_map */
/* Sentence: -ENOENT at the first step means an empty map: nothing was
 * removed, so return 0. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int sweep(int fd, uint64_t now)
{
	uint32_t lease, next;
	uint64_t expires;
	int removed = 0, step, err;

	step = bpf_map_get_next_key(fd, NULL, &next);
	if (step < 0)
		return step;
	while (step == 0) {
		lease = next;
		step = bpf_map_get_next_key(fd, &lease, &next);
		err = bpf_map_lookup_elem(fd, &lease, &expires);
		if (err == 0 && expires > now)
			continue;
		if (err == 0)
			err = bpf_map_delete_elem(fd, &lease);
		if (err < 0 && err != -ENOENT)
			return err;
		removed += err == 0;
	}
	return step == -ENOENT ? removed : step;
}
