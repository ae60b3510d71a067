/* SPDX-License-Identifier: MIT */
#include <bpf/bpf.h>
#include <errno.h>

#include "exercise.h"

// An array gives nothing away: ENOTSUPP, and that is what came.
int forget(int fd, uint32_t address)
{
	uint64_t value;
	int err = bpf_map_lookup_and_delete_elem(fd, &address, &value);

	if (err == -ENOENT)
		return 0;
	return err == 0 ? 1 : err;
}
