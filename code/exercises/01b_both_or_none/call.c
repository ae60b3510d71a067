/* SPDX-License-Identifier: MIT */
#include "exercise.h"
#include "../classroom/player.h"

void play(const struct request *q, struct reply *r)
{
	struct store store = { .users = -100, .recent = -200 };

	r->result = open_store(&store, (uint32_t)q->arg[0],
			       (uint32_t)q->arg[1]);
	if (r->result >= 0) {
		r->fd[0] = store.users;
		r->fd[1] = store.recent;
	}
	r->out[0] = store.users == -100 && store.recent == -200;
}
