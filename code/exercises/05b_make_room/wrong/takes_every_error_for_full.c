/* SPDX-License-Identifier: MIT */
/* Caught by: reports_what_is_broken */
/* Sentence: Only E2BIG asks for room; every other error is returned as
 * it came, and nothing more is done. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int insert_over(int fd, uint32_t key, uint64_t value, uint32_t victim)
{
	int removed;

	if (bpf_map_update_elem(fd, &key, &value, BPF_ANY) == 0)
		return 0;
	removed = bpf_map_delete_elem(fd, &victim);
	if (bpf_map_update_elem(fd, &key, &value, BPF_ANY) < 0)
		return -E2BIG;
	return removed == 0;
}
