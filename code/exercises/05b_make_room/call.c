/* SPDX-License-Identifier: MIT */
#include "exercise.h"
#include "../classroom/player.h"

void play(const struct request *q, struct reply *r)
{
	r->result = insert_over(q->fd[0], (uint32_t)q->arg[0],
				q->arg[1], (uint32_t)q->arg[2]);
}
