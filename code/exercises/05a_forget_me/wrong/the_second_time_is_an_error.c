/* SPDX-License-Identifier: MIT */
/* Caught by: forgets_twice */
/* Sentence: If all you want is that the key is gone, -ENOENT is as good
 * as success: return 0. */
#include <bpf/bpf.h>

#include "exercise.h"

int forget(int fd, uint32_t address)
{
	int err = bpf_map_delete_elem(fd, &address);

	return err < 0 ? err : 1;
}
