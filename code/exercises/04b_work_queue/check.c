/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "../classroom/judge.h"
#include "exercise.h"

static const struct rule adds = {
	"add_job() puts the whole job at the end of the queue and "
	"returns 0; a queue has no keys, so the key is NULL.",
	"04-lookup-and-delete.md, \"The program\"",
};
static const struct rule oldest = {
	"take_job() takes the oldest job out and returns 1: what went "
	"in first comes out first, and once.",
	"04-lookup-and-delete.md, \"The idea\"",
};
static const struct rule empty = {
	"An empty queue is ENOENT to the kernel and 0 to the "
	"contract: no work is not an error, and *job stays as it was.",
	"04-lookup-and-delete.md, \"What goes wrong\"",
};
static const struct rule full = {
	"A full queue refuses a job with E2BIG, which the contract "
	"calls -EAGAIN.",
	"04-lookup-and-delete.md, \"What goes wrong\"",
};
static const struct rule kept = {
	"No job is ever lost: with BPF_EXIST a full queue drops its "
	"oldest.",
	"04-lookup-and-delete.md, \"What goes wrong\"",
};
static const struct rule race_rule = {
	"To look and then to take are two steps: if another worker "
	"takes a job in between, one job is done twice and one is "
	"lost.",
	"04-lookup-and-delete.md, \"The idea\"",
};
static const struct rule broken = {
	"Only ENOENT means empty and only E2BIG means full; every "
	"other error is returned as it came.",
	"04-lookup-and-delete.md, \"What goes wrong\"",
};

enum { ADD, TAKE };

static int fd;
static struct job rivals;

static struct job random_job(void)
{
	return (struct job){
		.number = random_between(1, 999999),
		.kind = random_between(1, 99),
		.argument = random64(),
	};
}

static struct reply ask_add(const struct job *job)
{
	return call(.function = ADD, .fd = { fd },
		    .arg = { job->number, job->kind, job->argument });
}

static struct reply ask_take(uint64_t before)
{
	return call(.function = TAKE, .fd = { fd },
		    .arg = { before, before, before });
}

static void push(const struct job *job)
{
	must("bpf_map_update_elem",
	     bpf_map_update_elem(fd, NULL, job, BPF_ANY));
}

// Take the oldest job out, as the judge, and compare.
static void expect_oldest(const struct rule *rule,
			  const struct job *want)
{
	char expected[96];
	struct job job;
	int err = bpf_map_lookup_and_delete_elem(fd, NULL, &job);

	snprintf(expected, sizeof(expected),
		 "job %" PRIu32 " is the oldest in the queue",
		 want->number);
	expect(rule, err == 0, expected, "the queue is empty");
	expect(rule, memcmp(&job, want, sizeof(job)) == 0, expected,
	       "job %" PRIu32 ", kind %" PRIu32 ", argument %" PRIu64
	       " is",
	       job.number, job.kind, job.argument);
}

static void make_queue(uint32_t jobs)
{
	fd = map(BPF_MAP_TYPE_QUEUE, 0, sizeof(struct job), jobs);
}

static void adds_at_the_end(void)
{
	struct job jobs[3];

	make_queue(8);
	for (int i = 0; i < 3; i++) {
		jobs[i] = random_job();
		tried("add_job(fd, &job), number %" PRIu32
		      ", kind %" PRIu32 ", argument %" PRIu64,
		      jobs[i].number, jobs[i].kind, jobs[i].argument);
		expect_result(&adds, ask_add(&jobs[i]), 0);
	}
	for (int i = 0; i < 3; i++)
		expect_oldest(&adds, &jobs[i]);
}

static void takes_the_oldest(void)
{
	struct job jobs[3];
	struct reply r;

	make_queue(8);
	for (int i = 0; i < 3; i++) {
		jobs[i] = random_job();
		push(&jobs[i]);
	}
	for (int i = 0; i < 3; i++) {
		tried("take_job(fd, &job), when job %" PRIu32
		      " is the oldest",
		      jobs[i].number);
		r = ask_take(1);
		expect_result(&oldest, r, 1);
		expect_u64(&oldest, "the number of the job",
			   jobs[i].number, r.out[0]);
		expect_u64(&oldest, "its kind", jobs[i].kind, r.out[1]);
		expect_u64(&oldest, "its argument", jobs[i].argument,
			   r.out[2]);
	}
}

static void knows_an_empty_queue(void)
{
	const uint32_t before = random_between(1, 999999);
	struct reply r;

	make_queue(8);
	tried("take_job(fd, &job) from an empty queue");
	r = ask_take(before);
	expect_result(&empty, r, 0);
	expect_u64(&empty, "the number in job", before, r.out[0]);
	expect_u64(&empty, "the argument in job", before, r.out[2]);
}

static void knows_a_full_queue(void)
{
	struct job jobs[3];
	struct reply r;

	make_queue(2);
	for (int i = 0; i < 3; i++)
		jobs[i] = random_job();
	push(&jobs[0]);
	push(&jobs[1]);
	tried("add_job(fd, &job) to a full queue");
	r = ask_add(&jobs[2]);
	expect_oldest(&kept, &jobs[0]);
	expect_oldest(&kept, &jobs[1]);
	expect_result(&full, r, -EAGAIN);
}

static void rival_takes(void)
{
	int err = bpf_map_lookup_and_delete_elem(fd, NULL, &rivals);

	if (err != -ENOENT)
		must("bpf_map_lookup_and_delete_elem", err);
}

// Returns whether there was a call number `nth`.
static bool race(int nth, int count)
{
	const uint32_t before = random_between(1, 999999);
	struct job jobs[3];
	struct reply r;
	int mine;

	make_queue(8);
	for (int i = 0; i < count; i++) {
		jobs[i] = random_job();
		push(&jobs[i]);
	}
	memset(&rivals, 0, sizeof(rivals));
	before_bpf_call(nth, rival_takes);
	tried("take_job(fd, &job) from a queue of %d, when job %" PRIu32
	      " is the oldest, which another worker takes before the "
	      "%s bpf(2) call that you make",
	      count, jobs[0].number, ordinal(nth));
	r = ask_take(before);
	if (!interfered())
		return false;

	// If the other worker got the first job, mine is the second.
	mine = memcmp(&rivals, &jobs[0], sizeof(rivals)) == 0;
	if (mine == count) {
		expect_result(&empty, r, 0);
		expect_u64(&empty, "the number in job", before,
			   r.out[0]);
		return true;
	}
	expect_result(&race_rule, r, 1);
	expect_u64(&race_rule, "the number of the job",
		   jobs[mine].number, r.out[0]);
	expect_u64(&race_rule, "its argument", jobs[mine].argument,
		   r.out[2]);
	if (count == 3)
		expect_oldest(&race_rule, &jobs[2]);
	return true;
}

static void wins_no_race(void)
{
	for (int nth = 2; race(nth, 3); nth++)
		;
	for (int nth = 2; race(nth, 1); nth++)
		;
}

static void reports_what_is_broken(void)
{
	const struct job job = random_job();

	fd = -1;
	tried("add_job(-1, &job)");
	expect_result(&broken, ask_add(&job), -EBADF);
	tried("take_job(-1, &job)");
	expect_result(&broken, ask_take(1), -EBADF);

	fd = not_a_map();
	tried("add_job(fd, &job) with a descriptor of /dev/null");
	expect_result(&broken, ask_add(&job), -EINVAL);
	tried("take_job(fd, &job) with a descriptor of /dev/null");
	expect_result(&broken, ask_take(1), -EINVAL);
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
