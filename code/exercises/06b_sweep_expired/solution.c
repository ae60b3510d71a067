/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

// Returns 1 if this call removed the lease, 0 if it is alive or
// somebody else removed it.
static int remove_if_expired(int fd, uint32_t lease, uint64_t now)
{
	uint64_t expires;
	int err = bpf_map_lookup_elem(fd, &lease, &expires);

	if (err == 0 && expires > now)
		return 0;
	if (err == 0)
		err = bpf_map_delete_elem(fd, &lease);
	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}

int sweep(int fd, uint64_t now)
{
	uint32_t lease, next;
	int removed = 0, step, err;

	step = bpf_map_get_next_key(fd, NULL, &next);
	while (step == 0) {
		// Step on while the current key still leads somewhere.
		lease = next;
		step = bpf_map_get_next_key(fd, &lease, &next);

		err = remove_if_expired(fd, lease, now);
		if (err < 0)
			return err;
		removed += err;
	}
	return step == -ENOENT ? removed : step;
}
