/* SPDX-License-Identifier: MIT */
/* Caught by: makes_room_when_full */
/* Sentence: -E2BIG is how a full map refuses a new key; a delete makes
 * room at once, so delete the victim and insert again. */
#include <bpf/bpf.h>

#include "exercise.h"

int insert_over(int fd, uint32_t key, uint64_t value, uint32_t victim)
{
	(void)victim;
	return bpf_map_update_elem(fd, &key, &value, BPF_ANY);
}
