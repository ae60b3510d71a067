/* SPDX-License-Identifier: MIT */
#include "exercise.h"
#include "../classroom/player.h"

void play(const struct request *q, struct reply *r)
{
	r->result = make_sessions((uint32_t)q->arg[0]);
	if (r->result >= 0)
		r->fd[0] = (int32_t)r->result;
}
