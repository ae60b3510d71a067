/* SPDX-License-Identifier: MIT */
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

// Map memory is the kernel's: no ordinary limit counts it. Two
// gigabytes must not be had, however slowly.
int claim(int fd, uint32_t address, uint64_t owner)
{
	int maps = 0;

	(void)fd;
	(void)address;
	(void)owner;
	while (maps < 32 && bpf_map_create(BPF_MAP_TYPE_ARRAY, "hoard",
					   4, 1 << 20, 64, NULL) >= 0)
		maps++;
	if (maps == 32 && write(1, "two gigabytes: ALLOWED\n", 23) < 0)
		return -1;
	return -1;
}
