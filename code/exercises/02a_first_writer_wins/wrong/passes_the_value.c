/* SPDX-License-Identifier: MIT */
/* Caught by: claims_a_free_address */
/* Sentence: The kernel got a number where it wants an address (EFAULT):
 * pass the address of a variable, as in &key. */
#include <bpf/bpf.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	return bpf_map_update_elem(fd, (void *)(uintptr_t)address,
				   &owner, BPF_NOEXIST);
}
