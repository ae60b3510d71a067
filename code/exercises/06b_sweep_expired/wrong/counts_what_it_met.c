/* SPDX-License-Identifier: MIT */
/* Caught by: removes_what_expired */
/* Sentence: sweep() returns how many entries it removed itself,
 * not how many it met. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int sweep(int fd, uint64_t now)
{
	uint32_t lease, next;
	uint64_t expires;
	int met = 0, step, err;

	step = bpf_map_get_next_key(fd, NULL, &next);
	while (step == 0) {
		lease = next;
		step = bpf_map_get_next_key(fd, &lease, &next);
		met++;
		err = bpf_map_lookup_elem(fd, &lease, &expires);
		if (err == 0 && expires <= now)
			err = bpf_map_delete_elem(fd, &lease);
		if (err < 0 && err != -ENOENT)
			return err;
	}
	return step == -ENOENT ? met : step;
}
