/* SPDX-License-Identifier: MIT */
/* Sentence: Your code calls the kernel on its own account: a function
 * of an exercise works when it is called. */
#include <bpf/bpf.h>

#include "exercise.h"

__attribute__((constructor)) static void ask(void)
{
	bpf_map_create(BPF_MAP_TYPE_HASH, "early", 4, 8, 8, NULL);
}

int claim(int fd, uint32_t address, uint64_t owner)
{
	return bpf_map_update_elem(fd, &address, &owner, BPF_NOEXIST);
}
