/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

#define COPIED	    "03-lookup.md, \"The idea\""
#define WALK_DELETE "06-iterate.md, \"Walk and delete\""
#define GOES_WRONG  "06-iterate.md, \"What goes wrong\""
#define A_DELETE    "05-delete.md, \"The call\""

RULE(expired, WALK_DELETE, "delete",
     "A lease that expires now or earlier is removed, and every other "
     "stays.");
RULE(wide, COPIED, "bytes",
     "The seconds are 64 bits wide: a comparison in fewer bits or "
     "with a sign is wrong for times that are far away.");
RULE(alive, WALK_DELETE, "delete",
     "A lease that is alive is in the map all the time: take it out "
     "and put it back, and in between it is gone for everybody.");
RULE(counted, A_DELETE, "bpf_map_delete_elem",
     "sweep() returns how many entries it removed itself, not how "
     "many it met.");
RULE(nothing, GOES_WRONG, "ENOENT",
     "-ENOENT at the first step means an empty map: nothing was "
     "removed, so return 0.");
RULE(once, WALK_DELETE, "starts over",
     "From a deleted key the walk starts over: fetch the next key "
     "first, then delete the current one.");
RULE(race, GOES_WRONG, "ENOENT",
     "A lease that somebody else removed is no reason to stop: "
     "-ENOENT from lookup or delete skips it, and it does not count.");
RULE(honest, GOES_WRONG, "errno",
     "Only ENOENT from get_next_key is the end of a map; every other "
     "error is returned as it came.");

enum { MANY = 5001 };

static int fd;
static uint64_t now;

static bool is_over(const struct entry *e)
{
	return e->value[0] <= now;
}

// Whether this key's lease was over at some moment of the call until
// moment `until`: somebody may renew it while it is swept.
static bool was_over(const struct history *h, uint64_t key,
		     size_t until)
{
	for (size_t i = 0; i <= until; i++) {
		const struct entry *e = find(map_at(h, i, 0), key);

		if (e && is_over(e))
			return true;
	}
	return false;
}

// Returns how many entries the player removed between two moments,
// and sees to it that it did nothing else.
static uint32_t removals(const struct history *h, size_t i)
{
	const struct contents *before = map_at(h, i - 1, 0);
	const struct contents *after = map_at(h, i, 0);
	uint32_t count = 0;

	for (uint32_t n = 0; n < before->count; n++) {
		const struct entry *e = &before->entries[n];
		const struct entry *now_there = find(after, e->key);

		count += !now_there;
		expect(now_rule,
		       now_there ? now_there->value[0] == e->value[0]
				 : was_over(h, e->key, i - 1),
		       "in the map, all the time, each lease that is "
		       "alive",
		       "a moment without key %" PRIu64
		       ", which expires in second %" PRIu64,
		       e->key, e->value[0]);
	}
	for (uint32_t n = 0; n < after->count; n++)
		expect(&alive,
		       find(before, after->entries[n].key) != NULL,
		       "nothing stored by a sweep",
		       "key %" PRIu64 " stored", after->entries[n].key);
	return count;
}

// What was over from beginning to end is gone.
static void expect_swept(const struct rule *rule,
			 const struct history *h)
{
	const struct contents *first = map_at(h, 0, 0);

	for (uint32_t n = 0; n < first->count; n++) {
		const struct entry *e = &first->entries[n];
		bool stayed = is_over(e);

		for (size_t i = 1; i < h->count && stayed; i++) {
			const struct entry *later =
				find(map_at(h, i, 0), e->key);

			stayed = later && is_over(later);
		}
		expect(rule, !stayed, "no lease that has expired",
		       "key %" PRIu64
		       ", which expired in second %" PRIu64,
		       e->key, e->value[0]);
	}
}

static void judge(const struct history *h, const struct reply *r,
		  bool failed)
{
	uint32_t count = 0;

	for (size_t i = 1; i < h->count; i++)
		if (h->moments[i].by_player)
			count += removals(h, i);
	if (failed)
		return;
	if (r->result < 0)
		expect_result(now_rule, *r,
			      h->error ? h->error : (int64_t)count);
	expect_swept(now_rule, h);
	expect_result(now_rule == &race || now_rule == &nothing ||
				      now_rule == &honest
			      ? now_rule
			      : &counted,
		      *r, count);
}

static const struct contract contract = { .judge = judge };

// What came of it in the end, whatever was in between.
static void judge_end(const struct history *h, const struct reply *r,
		      bool failed)
{
	struct moment ends[] = { h->moments[0],
				 h->moments[h->count - 1] };
	const struct history whole = { .moments = ends, .count = 2 };

	ends[1].by_player = true;
	judge(&whole, r, failed);
}

static const struct contract quiet = { .judge = judge_end };

static void question(const char *what)
{
	asked.request =
		(struct request){ .fd = { fd }, .arg = { now } };
	tried("sweep(fd, %" PRIu64 "), %s", now, what);
}

// Leases around the present second: one expires just now, one in the
// next second, and some on either side.
static void fill(uint32_t count, uint32_t room)
{
	uint32_t key = a_key();

	now = UINT64_C(5000000000) + random32();
	fd = table(room);
	put(fd, key, now);
	put(fd, ~key, now + 1);
	for (uint32_t i = 2; i < count; i++, key += 0x10001)
		while (!insert(fd, key,
			       now - 100 + random_between(0, 200)))
			key++;
}

static void some_leases(void)
{
	fill(random_between(9, 21), 23);
	question("with leases on either side of it");
}

static void full_of_leases(void)
{
	fill(13, 13);
	question("with a full map");
}

static void few_leases(void)
{
	fill(5, 7);
	question("with five leases");
}

static void one_lease(void)
{
	fd = table(1);
	now = random64() | 1;
	put(fd, a_key(), now - 1);
	question("with one lease, which is over");
}

static void one_alive(void)
{
	fd = table(1);
	now = random64() >> 1;
	put(fd, a_key(), now + 1);
	question("with one lease, which is alive");
}

static void all_are_alive(void)
{
	fd = table(7);
	now = random_between(1, 999);
	put_neighbours(fd, a_key());
	question("with leases that are all alive");
}

// The first and the last second, and times 2^32 and 2^63 apart.
static void far_away(void)
{
	static const uint64_t times[] = {
		0,
		1,
		UINT64_C(1) << 31,
		UINT64_C(1) << 32,
		(UINT64_C(1) << 32) + 1,
		UINT64_MAX >> 1,
		UINT64_C(1) << 63,
		UINT64_MAX - 1,
		UINT64_MAX,
	};
	const size_t count = sizeof(times) / sizeof(*times);

	fd = table(31);
	now = a_value();
	for (uint32_t i = 0; i < count; i++) {
		put(fd, i, times[i]);
		put(fd, i + 100, now + times[i]);
	}
	question("with leases that expire at either end of time");
}

static void many_leases(void)
{
	fd = table(MANY);
	now = random64() >> 1;
	for (uint32_t i = 0; i < MANY; i++)
		put(fd, i * 0x10003, now + (i % 3) - 1);
	question("with 5001 leases");
}

static void no_leases(void)
{
	fd = table(4);
	now = a_value();
	question("with an empty map");
}

static void only_writable(void)
{
	fd = map_with_flags(BPF_MAP_TYPE_HASH, 4, 8, 4, BPF_F_WRONLY);
	now = 1;
	question("with a descriptor that may only write");
	asked.refusal = -EPERM;
}

static void rival_sweeps(void)
{
	uint32_t key, *last = NULL;
	uint64_t expires;

	// A key that is deleted leads back to the first.
	while (bpf_map_get_next_key(fd, last, &key) == 0) {
		last = &key;
		if (get(fd, key, &expires) && expires <= now) {
			drop(fd, key);
			last = NULL;
		}
	}
}

static void rival_removes_one(void)
{
	uint32_t key, *last = NULL;

	for (uint32_t n = random_between(1, 6); n > 0; n--) {
		if (bpf_map_get_next_key(fd, last, &key) < 0)
			break;
		last = &key;
	}
	if (last)
		drop(fd, key);
}

static void rival_renews(void)
{
	uint32_t key;

	if (bpf_map_get_next_key(fd, NULL, &key) == 0)
		put(fd, key, now + 100);
}

static void rival_leases(void)
{
	insert(fd, random32(), now + random_between(0, 1));
}

static const struct rival rivals[] = {
	{ "another process sweeps", rival_sweeps },
	{ "another process removes a lease", rival_removes_one },
	{ "somebody renews a lease", rival_renews },
	{ "somebody takes a lease", rival_leases },
	{ NULL, NULL },
};

static void removes_what_expired(void)
{
	ask_often(&quiet, &expired, some_leases);
	ask_often(&quiet, &expired, full_of_leases);
	ask_often(&quiet, &expired, one_lease);
	ask_often(&quiet, &expired, one_alive);
}

static void knows_all_times(void)
{
	ask_often(&quiet, &wide, far_away);
}

static void leaves_the_living_alone(void)
{
	ask_often(&contract, &alive, some_leases);
	ask_often(&contract, &alive, all_are_alive);
	ask_frozen(&contract, &alive, all_are_alive, 0, 0);
}

static void sweeps_an_empty_map(void)
{
	ask_often(&quiet, &nothing, no_leases);
}

static void expect_one_walk(void (*scene)(void))
{
	uint32_t count;
	int steps;
	char want[64];

	scene();
	count = entries(fd);
	ask(&quiet, &once, scene);
	steps = bpf_calls(BPF_MAP_GET_NEXT_KEY);
	snprintf(want, sizeof(want), "%" PRIu32 " steps of the walk",
		 count + 1);
	expect(&once, steps <= (int)count + 1, want,
	       "%d calls of bpf_map_get_next_key", steps);
}

static void walks_once(void)
{
	expect_one_walk(full_of_leases);
	expect_one_walk(many_leases);
}

static void goes_on_in_a_race(void)
{
	ask_with_rivals(&contract, &race, some_leases, rivals);
	ask_with_rivals(&contract, &race, few_leases, rivals);
	ask_with_rivals(&contract, &race, one_lease, rivals);
}

static void tells_the_end_from_an_error(void)
{
	ask(&contract, &honest, only_writable);
	ask_frozen(&contract, &honest, few_leases, 0, -EPERM);
	ask_with_errors(&contract, &honest, few_leases);
	ask_with_errors(&contract, &honest, one_lease);
}

const struct check checks[] = {
	{ "removes_what_expired", removes_what_expired },
	{ "knows_all_times", knows_all_times },
	{ "leaves_the_living_alone", leaves_the_living_alone },
	{ "sweeps_an_empty_map", sweeps_an_empty_map },
	{ "walks_once", walks_once },
	{ "goes_on_in_a_race", goes_on_in_a_race },
	{ "tells_the_end_from_an_error", tells_the_end_from_an_error },
	{ NULL, NULL },
};
