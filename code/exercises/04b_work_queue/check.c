/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "../classroom/judge.h"
#include "exercise.h"

#define THE_IDEA   "04-lookup-and-delete.md, \"The idea\""
#define KINDS	   "01-create.md, \"Four kinds of map\""
#define GOES_WRONG "04-lookup-and-delete.md, \"What goes wrong\""
#define FLAGS	   "02-update.md, \"The call\""
#define FULL_MAP   "02-update.md, \"What goes wrong\""

RULE(adds, KINDS, "queue",
     "add_job() puts the whole job at the end of the queue and "
     "returns 0; a queue has no keys, so the key is NULL.");
RULE(oldest, KINDS, "queue",
     "take_job() takes the oldest job out and returns 1: what went in "
     "first comes out first, and once.");
RULE(empty, GOES_WRONG, "ENOENT",
     "An empty queue is -ENOENT to the kernel and 0 to the contract: "
     "no work is not an error, and *job stays as it was.");
RULE(full, FULL_MAP, "E2BIG",
     "A full queue refuses a job with -E2BIG, which the contract "
     "calls -EAGAIN.");
RULE(kept, FLAGS, "drop the oldest",
     "No job is ever lost: with BPF_EXIST a full queue drops its "
     "oldest.");
RULE(race, THE_IDEA, "peek",
     "To look and then to take are two steps: if another worker "
     "takes a job in between, one job is done twice and one is "
     "lost.");
RULE(broken, GOES_WRONG, "errno",
     "Only ENOENT means empty and only E2BIG means full; every other "
     "error is returned as it came, and *job stays.");

enum { ADD, TAKE };

// The contract of add_job(): one more at the end, or nothing.
static int adds_job(int at, struct world *w, struct outcome *o)
{
	const uint64_t *job = asked.request.arg;

	(void)at;
	o->result =
		add_pair(&w->map[0], 0, job[0] | job[1] << 32, job[2])
			? 0
			: -EAGAIN;
	return DONE;
}

// The contract of take_job(): the first, or nothing.
static int takes_job(int at, struct world *w, struct outcome *o)
{
	struct contents *queue = &w->map[0];
	struct entry *first = &queue->entries[0];

	(void)at;
	o->result = queue->count > 0;
	if (queue->count > 0) {
		o->out[0] = (uint32_t)first->value[0];
		o->out[1] = first->value[0] >> 32;
		o->out[2] = first->value[1];
		take_out(queue, first);
	}
	return DONE;
}

#define NAMES                                                          \
	{                                                              \
		"job.number", "job.kind", "job.argument"               \
	}
static const struct contract adding = {
	.step = adds_job,
	.outs = NAMES,
	.race_rule = &race,
};
static const struct contract taking = {
	.step = takes_job,
	.outs = NAMES,
	.race_rule = &race,
};

static int fd;

static struct job any_job(void)
{
	return (struct job){
		.number = a_key(),
		.kind = ~a_key(),
		.argument = a_value(),
	};
}

static bool push(void)
{
	const struct job job = {
		.number = random32(),
		.kind = random32(),
		.argument = random64(),
	};
	int err = bpf_map_update_elem(fd, NULL, &job, BPF_ANY);

	if (err != -E2BIG)
		must("bpf_map_update_elem", err);
	return err == 0;
}

static void make_queue(uint32_t room, uint32_t jobs)
{
	fd = map(BPF_MAP_TYPE_QUEUE, 0, sizeof(struct job), room);
	for (uint32_t i = 0; i < jobs; i++)
		push();
}

static void question(uint32_t function, const char *what)
{
	const struct job job = any_job();

	asked.request = (struct request){
		.function = function,
		.fd = { fd },
		.arg = { job.number, job.kind, job.argument },
	};
	memcpy(asked.before, asked.request.arg,
	       3 * sizeof(*asked.before));
	if (function == ADD)
		tried("add_job(fd, &job), number %" PRIu32
		      ", kind %" PRIu32 ", argument %" PRIu64 ", %s",
		      job.number, job.kind, job.argument, what);
	else
		tried("take_job(fd, &job), %s", what);
}

static void add_to_some(void)
{
	make_queue(7, 3);
	question(ADD, "to a queue of 3");
}

static void add_zeros(void)
{
	make_queue(7, 3);
	question(ADD, "to a queue of 3");
	memset(asked.request.arg, 0, 3 * sizeof(*asked.before));
	memset(asked.before, 0, 3 * sizeof(*asked.before));
	tried("add_job(fd, &job), number 0, kind 0, argument 0, to a "
	      "queue of 3");
}

static void add_to_none(void)
{
	make_queue(1, 0);
	question(ADD, "to an empty queue with room for one");
}

static void add_the_last(void)
{
	make_queue(5, 4);
	question(ADD, "to a queue with room for one more");
}

static void add_to_full(void)
{
	make_queue(3, 3);
	question(ADD, "to a full queue");
}

static void take_of_some(void)
{
	make_queue(7, 3);
	question(TAKE, "from a queue of 3");
}

// Zeros are a job like any other.
static void push_zeros(void)
{
	const struct job zeros = { .number = 0 };

	must("bpf_map_update_elem",
	     bpf_map_update_elem(fd, NULL, &zeros, BPF_ANY));
}

static void take_zeros(void)
{
	make_queue(5, 0);
	push_zeros();
	push();
	question(TAKE, "from a queue whose first job is all zeros");
}

static void take_of_full(void)
{
	make_queue(3, 3);
	question(TAKE, "from a full queue");
}

static void take_the_last(void)
{
	make_queue(5, 0);
	push();
	question(TAKE, "from a queue of 1");
}

static void take_of_none(void)
{
	make_queue(7, 0);
	question(TAKE, "from an empty queue");
}

static void rival_takes(void)
{
	struct job job;
	int err = bpf_map_lookup_and_delete_elem(fd, NULL, &job);

	if (err != -ENOENT)
		must("bpf_map_lookup_and_delete_elem", err);
}

static void rival_adds(void)
{
	push();
}

static const struct rival rivals[] = {
	{ "another worker takes a job", rival_takes },
	{ "another process adds a job", rival_adds },
	{ NULL, NULL },
};

static void adds_at_the_end(void)
{
	ask_often(&adding, &adds, add_to_some);
	ask_often(&adding, &adds, add_to_none);
	ask(&adding, &adds, add_zeros);
	ask_often(&adding, &adds, add_the_last);
}

static void takes_the_oldest(void)
{
	ask_often(&taking, &oldest, take_of_some);
	ask_often(&taking, &oldest, take_of_full);
	ask_often(&taking, &oldest, take_zeros);
	ask_often(&taking, &oldest, take_the_last);
}

static void knows_an_empty_queue(void)
{
	ask_often(&taking, &empty, take_of_none);
}

// With BPF_EXIST the answer is 0, and the oldest is gone.
static void judge_full(const struct history *h, const struct reply *r,
		       bool failed)
{
	(void)failed;
	expect_unchanged(&kept, h, 0);
	expect_result(&full, *r, -EAGAIN);
}

static const struct contract adding_to_full = { .judge = judge_full };

static void knows_a_full_queue(void)
{
	ask_often(&adding_to_full, &full, add_to_full);
}

static void wins_no_race(void)
{
	ask_with_rivals(&taking, &race, take_of_some, rivals);
	ask_with_rivals(&taking, &race, take_the_last, rivals);
	ask_with_rivals(&taking, &race, take_of_none, rivals);
	ask_with_rivals(&adding, &race, add_to_some, rivals);
	ask_with_rivals(&adding, &race, add_to_full, rivals);
	ask_with_rivals(&adding, &race, add_the_last, rivals);
}

static void reports_what_is_broken(void)
{
	ask_with_errors(&adding, &broken, add_to_some);
	ask_with_errors(&adding, &broken, add_to_full);
	ask_with_errors(&taking, &broken, take_of_some);
	ask_with_errors(&taking, &broken, take_of_none);
}

const struct check checks[] = {
	{ "adds_at_the_end", adds_at_the_end },
	{ "takes_the_oldest", takes_the_oldest },
	{ "knows_an_empty_queue", knows_an_empty_queue },
	{ "knows_a_full_queue", knows_a_full_queue },
	{ "wins_no_race", wins_no_race },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
