/* SPDX-License-Identifier: MIT */
#include "exercise.h"
#include "../classroom/player.h"

void play(const struct request *q, struct reply *r)
{
	uint64_t bytes = q->arg[2];

	r->result = find_bytes(q->fd[0], (uint32_t)q->arg[0],
			       (uint16_t)q->arg[1], &bytes);
	r->out[0] = bytes;
}
