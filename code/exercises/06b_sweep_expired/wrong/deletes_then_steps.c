/* SPDX-License-Identifier: MIT */
/* Caught by: walks_once */
/* Sentence: From a deleted key the walk starts over: fetch the
 * next key first, then delete the current one. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int sweep(int fd, uint64_t now)
{
	uint32_t lease, *last = NULL;
	uint64_t expires;
	int removed = 0, step, err;

	while ((step = bpf_map_get_next_key(fd, last, &lease)) == 0) {
		last = &lease;
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
