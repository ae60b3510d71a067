/* SPDX-License-Identifier: MIT */
#include "exercise.h"
#include "../classroom/player.h"

void play(const struct request *q, struct reply *r)
{
	r->result = copy_map(q->fd[0], q->fd[1]);
}
