/* SPDX-License-Identifier: MIT */
#include "exercise.h"
#include "../classroom/player.h"

void play(const struct request *q, struct reply *r)
{
	uint64_t allowance = q->arg[1];

	r->result = redeem(q->fd[0], (uint32_t)q->arg[0], &allowance);
	r->out[0] = allowance;
}
