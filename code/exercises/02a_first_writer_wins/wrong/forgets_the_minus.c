/* SPDX-License-Identifier: MIT */
/* Caught by: keeps_the_first_owner */
/* Sentence: The errno lost its minus: a failure is returned as a
 * negative number, as the call itself does. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	if (bpf_map_update_elem(fd, &address, &owner, BPF_NOEXIST) < 0)
		return errno;
	return 0;
}
