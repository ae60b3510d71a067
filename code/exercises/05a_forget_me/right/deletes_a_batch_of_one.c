/* SPDX-License-Identifier: MIT */
#include <bpf/bpf.h>
#include <errno.h>

#include "exercise.h"

// An array refuses this call with ENOTSUPP, and that is what came.
int forget(int fd, uint32_t address)
{
	LIBBPF_OPTS(bpf_map_batch_opts, none);
	uint32_t one = 1;
	int err = bpf_map_delete_batch(fd, &address, &one, &none);

	if (err == -ENOENT)
		return 0;
	return err == 0 ? 1 : err;
}
