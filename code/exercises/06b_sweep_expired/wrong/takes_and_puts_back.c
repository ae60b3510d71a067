/* SPDX-License-Identifier: MIT */
/* Caught by: leaves_the_living_alone */
/* Sentence: A lease that is alive is in the map all the time: take it
 * out and put it back, and in between it is gone for everybody. */
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
		if (err == 0)
			err = bpf_map_delete_elem(fd, &lease);
		if (err == 0 && expires > now) {
			err = bpf_map_update_elem(fd, &lease, &expires,
						  BPF_ANY);
			if (err < 0)
				return err;
			continue;
		}
		if (err < 0 && err != -ENOENT)
			return err;
		removed += err == 0;
	}
	return step == -ENOENT ? removed : step;
}
