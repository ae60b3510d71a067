/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int forget(int fd, uint32_t address)
{
	uint64_t value;
	int err = bpf_map_lookup_elem(fd, &address, &value);

	if (err == 0)
		err = bpf_map_delete_elem(fd, &address);
	else if (err == -ENOENT)
		// Whether it may be removed at all is another question.
		err = bpf_map_delete_elem(fd, &address);
	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}
