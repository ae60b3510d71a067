/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int insert_over(int fd, uint32_t key, uint64_t value, uint32_t victim)
{
	int removed = 0, err;

	for (int i = 0;; i++) {
		err = bpf_map_update_elem(fd, &key, &value, BPF_EXIST);
		if (err == -ENOENT)
			err = bpf_map_update_elem(fd, &key, &value,
						  BPF_ANY);
		if (err == 0)
			return removed;
		if (err != -E2BIG || i == 1)
			return err;
		err = bpf_map_delete_elem(fd, &victim);
		if (err < 0 && err != -ENOENT)
			return err;
		removed = err == 0;
	}
}
