/* SPDX-License-Identifier: MIT */
/* Caught by: knows_all_times */
/* Sentence: The seconds are 64 bits wide: a comparison in fewer bits or
 * with a sign is wrong for times that are far away. */
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
		if (err == 0 && (int64_t)(expires - now) > 0)
			continue;
		if (err == 0)
			err = bpf_map_delete_elem(fd, &lease);
		if (err < 0 && err != -ENOENT)
			return err;
		removed += err == 0;
	}
	return step == -ENOENT ? removed : step;
}
