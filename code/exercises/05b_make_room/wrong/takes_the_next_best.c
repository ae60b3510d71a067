/* SPDX-License-Identifier: MIT */
/* Caught by: says_when_it_stays_full */
/* Sentence: Without a victim to remove the map stays full: return
 * -E2BIG and remove nobody else. */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int insert_over(int fd, uint32_t key, uint64_t value, uint32_t victim)
{
	int err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);

	if (err != -E2BIG)
		return err;
	err = bpf_map_delete_elem(fd, &victim);
	if (err == -ENOENT) {
		err = bpf_map_get_next_key(fd, NULL, &victim);
		if (err == 0)
			err = bpf_map_delete_elem(fd, &victim);
	}
	if (err < 0)
		return err;
	err = bpf_map_update_elem(fd, &key, &value, BPF_ANY);
	return err < 0 ? err : 1;
}
