/* SPDX-License-Identifier: MIT */
#include "exercise.h"
#include "../classroom/player.h"

void play(const struct request *q, struct reply *r)
{
	struct tables tables = { .blocked = 100, .recent = 200 };

	r->result = open_tables(&tables, (uint32_t)q->arg[0],
				(uint32_t)q->arg[1]);
	if (r->result >= 0) {
		r->fd[0] = tables.blocked;
		r->fd[1] = tables.recent;
	}
	r->out[0] = (uint64_t)tables.blocked;
	r->out[1] = (uint64_t)tables.recent;
}
