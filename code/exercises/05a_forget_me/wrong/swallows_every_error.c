/* SPDX-License-Identifier: MIT */
/* Caught by: reports_what_is_broken */
/* Sentence: Only ENOENT means that the address is not there; every
 * other error is returned as it came, for nothing was forgotten. */
#include <bpf/bpf.h>

#include "exercise.h"

int forget(int fd, uint32_t address)
{
	return bpf_map_delete_elem(fd, &address) == 0;
}
