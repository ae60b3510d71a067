/* SPDX-License-Identifier: MIT */
/* Sentence: Asked the same again, your function makes far more bpf(2)
 * calls, or far fewer. */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <time.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	struct timespec now;
	uint64_t other;

	clock_gettime(CLOCK_MONOTONIC, &now);
	for (long i = now.tv_nsec % 1000; i > 0; i--)
		bpf_map_lookup_elem(fd, &address, &other);
	return bpf_map_update_elem(fd, &address, &owner, BPF_NOEXIST);
}
