/* SPDX-License-Identifier: MIT */
#include "exercise.h"
#include "../classroom/player.h"

void play(const struct request *q, struct reply *r)
{
	uint64_t value = q->arg[2];

	r->result = get_limit(q->fd[0], (uint32_t)q->arg[0], q->arg[1],
			      &value);
	r->out[0] = value;
}
