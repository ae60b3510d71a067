/* SPDX-License-Identifier: MIT */
/* Caught by: goes_on_in_a_race */
/* Sentence: A lease that somebody else removed is no reason to stop:
 * -ENOENT from lookup or delete skips it, and it does not count. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int sweep(int fd, uint64_t now)
{
	uint32_t lease, next;
	uint64_t expires;
	int removed = 0, step, err;

	step = bpf_map_get_next_key(fd, NULL, &next);
	while (step == 0) {
		lease = next;
		step = bpf_map_get_next_key(fd, &lease, &next);
		err = bpf_map_lookup_elem(fd, &lease, &expires);
		if (err < 0)
			return err;
		if (expires > now)
			continue;
		err = bpf_map_delete_elem(fd, &lease);
		if (err < 0)
			return err;
		removed++;
	}
	return step == -ENOENT ? removed : step;
}
