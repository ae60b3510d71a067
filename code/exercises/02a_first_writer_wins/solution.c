/* SPDX-License-Identifier: MIT */
#include <bpf/bpf.h>

#include "exercise.h"

// The kernel tests and stores in one step. Its answers are already
// the answers that the contract asks for.
int claim(int fd, uint32_t address, uint64_t owner)
{
	return bpf_map_update_elem(fd, &address, &owner, BPF_NOEXIST);
}
