/* SPDX-License-Identifier: MIT */
/* Caught by: counts_only_its_own */
/* Sentence: Only the delete itself knows whether it removed
 * something: after a lookup, another process can be faster. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int forget(int fd, uint32_t address)
{
	uint64_t value;
	int err = bpf_map_lookup_elem(fd, &address, &value);

	if (err == -ENOENT)
		return 0;
	if (err < 0)
		return err;
	err = bpf_map_delete_elem(fd, &address);
	return err < 0 && err != -ENOENT ? err : 1;
}
