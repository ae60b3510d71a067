/* SPDX-License-Identifier: MIT */
/* Caught by: tells_the_end_from_an_error */
/* Sentence: Only ENOENT from get_next_key is the end of a map;
 * every other error is returned as it came. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int sweep(int fd, uint64_t now)
{
	uint32_t lease, next;
	uint64_t expires;
	int removed = 0, step;

	step = bpf_map_get_next_key(fd, NULL, &next);
	while (step == 0) {
		lease = next;
		step = bpf_map_get_next_key(fd, &lease, &next);
		if (bpf_map_lookup_elem(fd, &lease, &expires) == 0 &&
		    expires <= now)
			removed += bpf_map_delete_elem(fd, &lease) == 0;
	}
	return removed;
}
