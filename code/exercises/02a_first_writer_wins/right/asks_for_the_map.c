/* SPDX-License-Identifier: MIT */
#include <bpf/bpf.h>

#include "exercise.h"

// A call that is not needed, and whose failure is the answer.
int claim(int fd, uint32_t address, uint64_t owner)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	int err = bpf_obj_get_info_by_fd(fd, &info, &size);

	if (err < 0)
		return err;
	return bpf_map_update_elem(fd, &address, &owner, BPF_NOEXIST);
}
