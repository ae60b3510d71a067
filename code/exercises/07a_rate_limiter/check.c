/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "../classroom/judge.h"
#include "exercise.h"

static const struct rule opens = {
	"limiter_open() creates a plain hash named limiter with the "
	"key, the value and the room of the contract.",
	"01-create.md, \"The call\"",
};
static const struct rule three = {
	"Each window allows REQUESTS requests and counts them; the "
	"next one is denied and changes nothing.",
	"03-lookup.md, \"The program\"",
};
static const struct rule window_rule = {
	"A window is open while now < start + WINDOW; the first "
	"request after it starts a new one.",
	"02-update.md, \"The program\"",
};
static const struct rule wide = {
	"The seconds are 64 bits wide: an int, a uint32_t or a double "
	"cannot hold each of them.",
	"02-update.md, \"The program\"",
};
static const struct rule forgives = {
	"Forgiving removes this client's entry and no other: 1 if "
	"there was one, 0 if not.",
	"05-delete.md, \"What goes wrong\"",
};
static const struct rule sweeps = {
	"A sweep removes every entry whose window is over, keeps the "
	"others, and returns how many it removed.",
	"06-iterate.md, \"The program\"",
};
static const struct rule once = {
	"From a deleted key the walk starts over: fetch the next key "
	"first, then delete the current one.",
	"06-iterate.md, \"The program\"",
};
static const struct rule others = {
	"An entry that another server removed does not stop a sweep: "
	"ENOENT from lookup or delete skips it, and it does not count.",
	"05-delete.md, \"What goes wrong\"",
};
static const struct rule storm = {
	"E2BIG for a new client is the sign to sweep once and to try "
	"again: closed windows give up their room.",
	"05-delete.md, \"The program\"",
};
static const struct rule keeps = {
	"When every window is open a new client gets -ENOSPC, and no "
	"open window is lost: whoever loses one gets a fresh start.",
	"02-update.md, \"What goes wrong\"",
};
static const struct rule race = {
	"Between a lookup and an update another server may insert the "
	"client: insert with BPF_NOEXIST, and count on top if it is "
	"there.",
	"02-update.md, \"The idea\"",
};
static const struct rule vanished = {
	"Between a lookup and an update the client may be forgiven: "
	"update with BPF_EXIST, and begin anew if it is gone.",
	"02-update.md, \"The idea\"",
};
static const struct rule again = {
	"A client that comes and goes between your calls is no "
	"failure: begin anew until a store goes through, however often "
	"that is.",
	"02-update.md, \"The idea\"",
};
static const struct rule honest = {
	"An error that no rule of the task speaks of is returned as "
	"it came.",
	"02-update.md, \"What goes wrong\"",
};

enum { OPEN, ALLOW, SWEEP, FORGIVE };
enum { LAST_RACE = 10, MANY_CALLS = 200, MAX_WINDOWS = 40 };

static const uint64_t far = UINT64_C(1) << 32;
static const uint64_t very_far = UINT64_C(1) << 60;

static int fd;
static uint32_t client, closed, removed;
static uint64_t now;
static struct window rivals;
static bool came; // the rival, in time

static struct reply ask_allow(uint32_t who, uint64_t when)
{
	return call(.function = ALLOW, .fd = { fd },
		    .arg = { who, when });
}

static void make_map(uint32_t clients)
{
	fd = map(BPF_MAP_TYPE_HASH, sizeof(uint32_t),
		 sizeof(struct window), clients);
	client = random_between(1000, 999999);
	now = random_between(1000, 999999);
}

static void set(uint32_t who, uint64_t start, uint64_t used)
{
	const struct window window = { start, used };

	must("bpf_map_update_elem",
	     bpf_map_update_elem(fd, &who, &window, BPF_ANY));
}

static void expect_window(const struct rule *rule, uint32_t who,
			  uint64_t start, uint64_t used)
{
	struct window window;
	char want[128];
	int err = bpf_map_lookup_elem(fd, &who, &window);

	snprintf(want, sizeof(want),
		 "client %" PRIu32 " has start %" PRIu64
		 " and used %" PRIu64,
		 who, start, used);
	if (err != -ENOENT)
		must("bpf_map_lookup_elem", err);
	expect(rule, err == 0, want, "it has no entry");
	expect(rule, window.start == start && window.used == used, want,
	       "start %" PRIu64 " and used %" PRIu64, window.start,
	       window.used);
}

static void opens_a_table(void)
{
	const uint32_t clients = random_between(1, 5000);
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	struct reply r;

	tried("limiter_open(%" PRIu32 ")", clients);
	r = call(.function = OPEN, .arg = { clients });
	expect_success(&opens, r, "a descriptor");
	expect(&opens,
	       r.fd[0] > 0 && bpf_obj_get_info_by_fd(r.fd[0], &info,
						     &size) == 0,
	       "the descriptor of a map", "%" PRId64, r.result);
	expect(&opens,
	       info.type == BPF_MAP_TYPE_HASH && info.key_size == 4 &&
		       info.value_size == sizeof(struct window) &&
		       info.max_entries == clients &&
		       strcmp(info.name, "limiter") == 0,
	       "a hash \"limiter\", key 4 bytes, value 16 bytes, and "
	       "the room asked for",
	       "a map \"%s\" of type %u, key %u bytes, value %u bytes, "
	       "room for %u",
	       info.name, info.type, info.key_size, info.value_size,
	       info.max_entries);

	tried("limiter_open(0)");
	expect_result(&honest, call(.function = OPEN, .arg = { 0 }),
		      -EINVAL);
}

static void allows_three_then_denies(void)
{
	make_map(8);
	for (unsigned i = 1; i <= REQUESTS + 2; i++) {
		const uint64_t when = now + i - 1;
		const bool allowed = i <= REQUESTS;

		tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
		      "), request %u of a window that started in "
		      "second %" PRIu64,
		      client, when, i, now);
		expect_result(&three, ask_allow(client, when),
			      allowed ? 1 : 0);
		expect_window(&three, client, now,
			      allowed ? i : REQUESTS);
	}
	tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
	      "), another client",
	      client + 1, now);
	expect_result(&three, ask_allow(client + 1, now), 1);
	expect_window(&three, client + 1, now, 1);
}

static void expect_new_window(const struct rule *rule)
{
	set(client, now, REQUESTS);
	tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
	      "), in the last second of a window that is used up",
	      client, now + WINDOW - 1);
	expect_result(rule, ask_allow(client, now + WINDOW - 1), 0);
	expect_window(rule, client, now, REQUESTS);

	tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
	      "), in the first second after it",
	      client, now + WINDOW);
	expect_result(rule, ask_allow(client, now + WINDOW), 1);
	expect_window(rule, client, now + WINDOW, 1);
}

static void opens_a_new_window(void)
{
	make_map(8);
	expect_new_window(&window_rule);

	set(client, now, REQUESTS);
	now += far;
	tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
	      "), whose last window started %" PRIu64 " seconds ago",
	      client, now, far);
	expect_result(&wide, ask_allow(client, now), 1);
	expect_window(&wide, client, now, 1);

	now += very_far;
	expect_new_window(&wide);
}

static void forgives_a_client(void)
{
	make_map(8);
	set(client, now, REQUESTS);
	set(client + 1, now, 1);
	tried("limiter_forgive(fd, %" PRIu32 ")", client);
	expect_result(&forgives,
		      call(.function = FORGIVE, .fd = { fd },
			   .arg = { client }),
		      1);
	expect_absent(&forgives, fd, client);
	expect_window(&forgives, client + 1, now, 1);

	tried("limiter_forgive(fd, %" PRIu32 "), once more", client);
	expect_result(&forgives,
		      call(.function = FORGIVE, .fd = { fd },
			   .arg = { client }),
		      0);
}

// Closed windows come first, then open ones. Returns their number.
static uint32_t fill(void)
{
	const uint32_t count = random_between(10, MAX_WINDOWS);

	make_map(MAX_WINDOWS);
	closed = random_between(5, count - 5);
	for (uint32_t i = 0; i < closed; i++)
		set(client + i, now - WINDOW - random_between(0, 50),
		    3);
	for (uint32_t i = closed; i < count; i++)
		set(client + i, now - i % WINDOW, 2);
	return count;
}

static void expect_swept(const struct rule *rule, uint32_t count)
{
	for (uint32_t i = closed; i < count; i++)
		expect_window(rule, client + i, now - i % WINDOW, 2);
	expect_entries(rule, fd, count - closed);
}

static struct reply ask_sweep(uint64_t when)
{
	return call(.function = SWEEP, .fd = { fd }, .arg = { when });
}

static void sweeps_closed_windows(void)
{
	const uint32_t count = fill();
	struct reply r;
	int steps;

	tried("limiter_sweep(fd, %" PRIu64 "), with %" PRIu32
	      " windows that are over and %" PRIu32 " that are open",
	      now, closed, count - closed);
	r = ask_sweep(now);
	steps = bpf_calls(BPF_MAP_GET_NEXT_KEY);
	expect_result(&sweeps, r, (int)closed);
	expect_swept(&sweeps, count);
	expect(&once, steps <= (int)count + 1,
	       "one walk: a step for each entry, and one more",
	       "%d calls of bpf_map_get_next_key for %" PRIu32
	       " entries",
	       steps, count);

	make_map(2);
	now += very_far;
	set(client, now, 1);
	set(client + 1, now - far, 1);
	now += WINDOW - 1;
	tried("limiter_sweep(fd, %" PRIu64
	      "), with a window in its last second and one that "
	      "started %" PRIu64 " seconds before it",
	      now, far);
	expect_result(&wide, ask_sweep(now), 1);
	expect_window(&wide, client, now - WINDOW + 1, 1);
}

static void rival_sweeps(void)
{
	for (uint32_t i = 0; i < closed; i++) {
		const uint32_t key = client + i;

		removed += bpf_map_delete_elem(fd, &key) == 0;
	}
}

static void sweeps_beside_others(void)
{
	for (int nth = 2; nth <= LAST_RACE; nth++) {
		const uint32_t count = fill();
		struct reply r;

		removed = 0;
		before_bpf_call(nth, rival_sweeps);
		tried("limiter_sweep(fd, %" PRIu64 "), with %" PRIu32
		      " windows that are over and %" PRIu32
		      " that are open, while another server sweeps "
		      "before the %s bpf(2) call that you make",
		      now, closed, count - closed, ordinal(nth));
		r = ask_sweep(now);
		expect_result(&others, r, (int)(closed - removed));
		expect_swept(&others, count);
	}
}

// Ten times as many clients as there is room, each some seconds
// after the one before.
static void makes_room_in_a_storm(void)
{
	const uint32_t clients = random_between(4, 8);
	uint64_t when;

	make_map(clients);
	when = now;
	for (uint32_t i = 0; i < 10 * clients; i++) {
		when += WINDOW / 3;
		tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
		      "), new client %" PRIu32
		      " of a storm, one every %d seconds, with room "
		      "for %" PRIu32,
		      client + i, when, i + 1, WINDOW / 3, clients);
		expect_result(&storm, ask_allow(client + i, when), 1);
		expect_window(&storm, client + i, when, 1);
	}
}

static void keeps_open_windows(void)
{
	make_map(4);
	for (uint32_t i = 0; i < 4; i++)
		set(client + i, now - i, REQUESTS);
	for (uint32_t i = 4; i < 40; i++) {
		tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
		      "), a new client, when the table is full of "
		      "open windows",
		      client + i, now);
		expect_result(&keeps, ask_allow(client + i, now),
			      -ENOSPC);
	}
	for (uint32_t i = 0; i < 4; i++)
		expect_window(&keeps, client + i, now - i, REQUESTS);
	tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
	      "), a client of the full table that is used up",
	      client, now);
	expect_result(&keeps, ask_allow(client, now), 0);
}

static bool window_is(uint64_t start, uint64_t count)
{
	struct window window;

	return bpf_map_lookup_elem(fd, &client, &window) == 0 &&
	       window.start == start && window.used == count;
}

// Another server admits the client, and makes room for it.
static void rival_inserts(void)
{
	int err;

	drop(fd, client + 1);
	err = bpf_map_update_elem(fd, &client, &rivals, BPF_NOEXIST);
	came = err != -EEXIST;
	if (came)
		must("bpf_map_update_elem", err);
}

// Each of these races returns whether there was a call number `nth`.
static bool loses_to_an_insert(int nth, bool full, uint64_t used)
{
	struct reply r;
	uint64_t before;

	make_map(full ? 1 : 8);
	rivals = (struct window){ now, used };
	if (full)
		set(client + 1, now - WINDOW, 1);
	before_bpf_call(nth, rival_inserts);
	tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
	      "), a new client%s; another server opens its window, "
	      "with %" PRIu64 " of %d requests used, before the %s "
	      "bpf(2) call that you make",
	      client, now,
	      full ? ", when the table is full of closed windows" : "",
	      used, REQUESTS, ordinal(nth));
	r = ask_allow(client, now);
	if (!interfered())
		return false;
	before = came ? used : 0;
	expect_result(&race, r, before < REQUESTS);
	expect_window(&race, client, now,
		      before < REQUESTS ? before + 1 : before);
	return true;
}

static void rival_forgives(void)
{
	came = window_is(now, 2);
	if (came)
		drop(fd, client);
}

static bool loses_its_entry(int nth)
{
	struct reply r;

	make_map(8);
	set(client, now, 2);
	before_bpf_call(nth, rival_forgives);
	tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
	      "), a client with 2 requests used, whom another server "
	      "forgives before the %s bpf(2) call that you make",
	      client, now, ordinal(nth));
	r = ask_allow(client, now);
	if (!interfered())
		return false;
	expect_result(&vanished, r, 1);
	expect_window(&vanished, client, now, came ? 1 : 3);
	return true;
}

static void rival_takes_the_room(void)
{
	came = window_is(now - WINDOW, 1);
	if (came) {
		drop(fd, client);
		set(client + 1, now, 1);
	}
}

static bool loses_its_room(int nth)
{
	struct reply r;

	make_map(1);
	set(client, now - WINDOW, 1);
	before_bpf_call(nth, rival_takes_the_room);
	tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
	      "), in a table for one client, whose window is over; "
	      "another server sweeps it and admits another client "
	      "before the %s bpf(2) call that you make",
	      client, now, ordinal(nth));
	r = ask_allow(client, now);
	if (!interfered())
		return false;
	expect_result(&vanished, r, came ? -ENOSPC : 1);
	expect_window(&vanished, came ? client + 1 : client, now, 1);
	return true;
}

// The rival's window starts a second before, so that nobody takes it
// for the learner's.
static void rival_comes_and_goes(void)
{
	if (window_is(now - 1, 1)) {
		drop(fd, client);
		came = false;
	} else if (entries(fd) == 0) {
		set(client, now - 1, 1);
		came = true;
	}
}

static void loses_no_race(void)
{
	for (int nth = 2; nth <= LAST_RACE; nth++)
		if (!loses_to_an_insert(nth, false, REQUESTS))
			break;
	for (int nth = 2; nth <= LAST_RACE; nth++)
		if (!loses_to_an_insert(nth, false, 1))
			break;
	for (int nth = 2; nth <= LAST_RACE; nth++)
		if (!loses_to_an_insert(nth, true, REQUESTS))
			break;
	for (int nth = 2; nth <= LAST_RACE; nth++)
		if (!loses_to_an_insert(nth, true, 1))
			break;
	for (int nth = 2; nth <= LAST_RACE; nth++)
		if (!loses_its_entry(nth))
			break;
	for (int nth = 2; nth <= LAST_RACE; nth++)
		if (!loses_its_room(nth))
			break;
}

static void begins_anew(void)
{
	struct reply r;

	make_map(8);
	came = false;
	before_bpf_calls(2, MANY_CALLS, rival_comes_and_goes);
	tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64
	      "), a new client, whom another server admits and "
	      "forgives in turn before each bpf(2) call that you make, "
	      "from the second to number %d",
	      client, now, MANY_CALLS);
	r = ask_allow(client, now);
	expect_result(&again, r, 1);
	expect_window(&again, client, came ? now - 1 : now,
		      came ? 2 : 1);
}

static void reports_what_is_broken(void)
{
	fd = -1;
	tried("limiter_allow(-1, 1, 1)");
	expect_result(&honest, ask_allow(1, 1), -EBADF);
	tried("limiter_sweep(-1, 1)");
	expect_result(&honest, ask_sweep(1), -EBADF);
	tried("limiter_forgive(-1, 1)");
	expect_result(
		&honest,
		call(.function = FORGIVE, .fd = { fd }, .arg = { 1 }),
		-EBADF);
}

const struct check checks[] = {
	{ "opens_a_table", opens_a_table },
	{ "allows_three_then_denies", allows_three_then_denies },
	{ "opens_a_new_window", opens_a_new_window },
	{ "forgives_a_client", forgives_a_client },
	{ "sweeps_closed_windows", sweeps_closed_windows },
	{ "sweeps_beside_others", sweeps_beside_others },
	{ "makes_room_in_a_storm", makes_room_in_a_storm },
	{ "keeps_open_windows", keeps_open_windows },
	{ "loses_no_race", loses_no_race },
	{ "begins_anew", begins_anew },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
