/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

// The delete itself says whether there was something to delete.
int forget(int fd, uint32_t address)
{
	int err = bpf_map_delete_elem(fd, &address);

	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}
