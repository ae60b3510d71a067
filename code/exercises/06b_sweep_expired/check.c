/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

static const struct rule expired = {
	"A lease that expires now or earlier is removed, and every "
	"other stays.",
	"06-iterate.md, \"The program\"",
};
static const struct rule wide = {
	"The seconds are 64 bits wide: a comparison in fewer bits or "
	"with a sign is wrong for times that are far away.",
	"06-iterate.md, \"The program\"",
};
static const struct rule alive = {
	"A lease that is alive is in the map all the time: take it out "
	"and put it back, and in between it is gone for everybody.",
	"06-iterate.md, \"The program\"",
};
static const struct rule counted = {
	"sweep() returns how many entries it removed itself, not how "
	"many it met.",
	"05-delete.md, \"The call\"",
};
static const struct rule nothing = {
	"ENOENT at the first step means an empty map: nothing was "
	"removed, so return 0.",
	"06-iterate.md, \"What goes wrong\"",
};
static const struct rule once = {
	"From a deleted key the walk starts over: fetch the next key "
	"first, then delete the current one.",
	"06-iterate.md, \"The program\"",
};
static const struct rule race = {
	"A lease that somebody else removed is no reason to stop: "
	"ENOENT from lookup or delete skips it, and it does not count.",
	"05-delete.md, \"What goes wrong\"",
};
static const struct rule honest = {
	"Only ENOENT from get_next_key is the end of a map; every "
	"other error is returned as it came.",
	"06-iterate.md, \"What goes wrong\"",
};

enum { MAX_LEASES = 64, FAR = 3, MAX_CALLS = 20000 };

static int fd;
static uint32_t leases[MAX_LEASES], count, expired_count, rivals;
static uint64_t now, expires[MAX_LEASES];

static struct reply ask_sweep(void)
{
	return call(.fd = { fd }, .arg = { now });
}

// Leases around the present second; one expires just now, one in
// the next second. The last three are far away: never, 2^32 seconds
// from now, and nearly as long ago.
static void fill(void)
{
	const uint64_t far = UINT64_C(1) << 32;

	now = UINT64_C(5000000000) + random32();
	count = random_between(20, MAX_LEASES);
	fd = table(MAX_LEASES);
	random_distinct(leases, count);
	expired_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		expires[i] = now - 100 + random_between(0, 200);
		if (i < 2)
			expires[i] = now + i;
		else if (i == count - FAR)
			expires[i] = UINT64_MAX;
		else if (i == count - FAR + 1)
			expires[i] = now + far;
		else if (i == count - FAR + 2)
			expires[i] = now + 1 - far;
		put(fd, leases[i], expires[i]);
		expired_count += expires[i] <= now;
	}
}

static void expect_swept(const struct rule *rule, uint32_t from,
			 uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		if (expires[i] <= now)
			expect_absent(rule, fd, leases[i]);
		else
			expect_entry(rule, fd, leases[i], expires[i]);
}

static void removes_what_expired(void)
{
	struct reply r;

	fill();
	tried("sweep(fd, %" PRIu64 "), with %" PRIu32
	      " leases, %" PRIu32 " of them expired",
	      now, count, expired_count);
	r = ask_sweep();
	expect_swept(&expired, 0, count - FAR);
	expect_swept(&wide, count - FAR, count);
	expect_result(&counted, r, (int)expired_count);
}

// Whoever looks before any call finds each lease that is alive.
static void somebody_looks(void)
{
	for (uint32_t i = 0; i < count; i++)
		if (expires[i] > now)
			expect_entry(&alive, fd, leases[i], expires[i]);
}

static void leaves_the_living_alone(void)
{
	fill();
	before_bpf_calls(2, MAX_CALLS, somebody_looks);
	tried("sweep(fd, %" PRIu64 "), with %" PRIu32
	      " leases, %" PRIu32 " of them expired, while another "
	      "process looks at the others before each bpf(2) call "
	      "that you make",
	      now, count, expired_count);
	ask_sweep();
}

static void sweeps_an_empty_map(void)
{
	fd = table(4);
	now = random_between(1, 999999);
	tried("sweep(fd, %" PRIu64 ") of an empty map", now);
	expect_result(&nothing, ask_sweep(), 0);
}

static void walks_once(void)
{
	char want[64];
	int steps;

	fill();
	tried("sweep(fd, %" PRIu64 "), with %" PRIu32
	      " leases, %" PRIu32 " of them expired",
	      now, count, expired_count);
	ask_sweep();
	steps = bpf_calls(BPF_MAP_GET_NEXT_KEY);
	snprintf(want, sizeof(want), "%" PRIu32 " steps of the walk",
		 count + 1);
	expect(&once, steps <= (int)count + 1, want,
	       "%d calls of bpf_map_get_next_key", steps);
}

static void rival_sweeps(void)
{
	rivals = 0;
	for (uint32_t i = 0; i < count; i++)
		if (expires[i] <= now) {
			int err = bpf_map_delete_elem(fd, &leases[i]);

			rivals += err == 0;
		}
}

static void goes_on_in_a_race(void)
{
	struct reply r;

	for (int nth = 2; nth <= 9; nth++) {
		fill();
		before_bpf_call(nth, rival_sweeps);
		tried("sweep(fd, %" PRIu64 "), with %" PRIu32
		      " leases, %" PRIu32 " of them expired, while "
		      "another process sweeps before the %s bpf(2) "
		      "call that you make",
		      now, count, expired_count, ordinal(nth));
		r = ask_sweep();
		expect_result(&race, r, (int)(expired_count - rivals));
		expect_swept(&race, 0, count);
	}
}

static void tells_the_end_from_an_error(void)
{
	now = 1;
	fd = -1;
	tried("sweep(-1, 1)");
	expect_result(&honest, ask_sweep(), -EBADF);

	fd = not_a_map();
	tried("sweep(fd, 1) with a descriptor of /dev/null");
	expect_result(&honest, ask_sweep(), -EINVAL);
}

const struct check checks[] = {
	{ "removes_what_expired", removes_what_expired },
	{ "leaves_the_living_alone", leaves_the_living_alone },
	{ "sweeps_an_empty_map", sweeps_an_empty_map },
	{ "walks_once", walks_once },
	{ "goes_on_in_a_race", goes_on_in_a_race },
	{ "tells_the_end_from_an_error", tells_the_end_from_an_error },
	{ NULL, NULL },
};
