/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "../classroom/judge.h"
#include "exercise.h"

#define CREATE	    "01-create.md, \"The call\""
#define UPDATE	    "02-update.md, \"The call\""
#define TWO_AT_ONCE "02-update.md, \"Two at once\""
#define FULL_MAP    "02-update.md, \"What goes wrong\""
#define LOOKUP	    "03-lookup.md, \"The call\""
#define DELETE	    "05-delete.md, \"What goes wrong\""
#define WALK_DELETE "06-iterate.md, \"Walk and delete\""
#define ERRORS	    "06-iterate.md, \"What goes wrong\""

RULE(opens, CREATE, "max_entries",
     "limiter_open() creates a plain hash named limiter with the key, "
     "the value and the room of the contract.");
RULE(three, UPDATE, "value",
     "Each window allows REQUESTS requests and counts them; the next "
     "one is denied and changes nothing.");
RULE(window_rule, UPDATE, "value",
     "A window is open while now < start + WINDOW; the first request "
     "after it starts a new one.");
RULE(wide, LOOKUP, "value",
     "The seconds are 64 bits wide: an int, a uint32_t or a double "
     "cannot hold each of them.");
RULE(forgives, DELETE, "ENOENT",
     "Forgiving removes this client's entry and no other: 1 if there "
     "was one, 0 if not.");
RULE(sweeps, WALK_DELETE, "delete",
     "A sweep removes every entry whose window is over, keeps the "
     "others, and returns how many it removed.");
RULE(once, WALK_DELETE, "starts over",
     "From a deleted key the walk starts over: fetch the next key "
     "first, then delete the current one.");
RULE(others, DELETE, "ENOENT",
     "An entry that another server removed does not stop a sweep: "
     "-ENOENT from lookup or delete skips it, and it does not count.");
RULE(storm, FULL_MAP, "E2BIG",
     "-E2BIG for a new client is the sign to sweep once and to try "
     "again: closed windows give up their room.");
RULE(keeps, FULL_MAP, "E2BIG",
     "When every window is open a new client gets -ENOSPC, and no "
     "open window is lost: whoever loses one gets a fresh start.");
RULE(race, TWO_AT_ONCE, "BPF_NOEXIST",
     "Between your calls another server may insert the client, or "
     "forgive it: insert with BPF_NOEXIST, update with BPF_EXIST, and "
     "begin anew if the kernel refuses.");
RULE(honest, ERRORS, "errno",
     "An error that no rule of the task speaks of is returned as it "
     "came.");

enum { OPEN, ALLOW, SWEEP, FORGIVE };
enum { MANY = 5001 };

// No second is so late that a window could not end.
static const uint64_t latest = UINT64_MAX - 2 * WINDOW;

static int fd;
static uint32_t client;
static uint64_t now;
static bool all_times; // not only those of an ordinary day

static bool is_open(const struct entry *e)
{
	return now < e->value[0] + WINDOW;
}

static bool was_closed(const struct history *h, uint64_t key,
		       size_t until)
{
	for (size_t i = 0; i <= until; i++) {
		const struct entry *e = find(map_at(h, i, 0), key);

		if (e && !is_open(e))
			return true;
	}
	return false;
}

static bool stays_closed(const struct history *h, uint64_t key)
{
	for (size_t i = 0; i < h->count; i++) {
		const struct entry *e = find(map_at(h, i, 0), key);

		if (!e || is_open(e))
			return false;
	}
	return true;
}

// The first entry that was closed from beginning to end.
static const struct entry *never_swept(const struct history *h)
{
	const struct contents *first = map_at(h, 0, 0);

	for (uint32_t n = 0; n < first->count; n++)
		if (stays_closed(h, first->entries[n].key))
			return &first->entries[n];
	return NULL;
}

static bool has_closed(const struct contents *c)
{
	for (uint32_t n = 0; n < c->count; n++)
		if (!is_open(&c->entries[n]))
			return true;
	return false;
}

static bool same_value(const struct entry *a, uint64_t start,
		       uint64_t used)
{
	return a->value[0] == start && a->value[1] == used;
}

// --- limiter_open ---------------------------------------------------

static uint32_t clients;

static void judge_open(const struct history *h, const struct reply *r,
		       bool failed)
{
	struct bpf_map_info info;

	(void)h;
	if (failed)
		return;
	if (clients == 0) {
		expect_result(&honest, *r, -EINVAL);
		return;
	}
	expect_success(&opens, *r, "a descriptor");
	expect(&opens, info_of(r->fd[0], &info),
	       "the descriptor of a map", "%" PRId64, r->result);
	expect(&opens,
	       info.type == BPF_MAP_TYPE_HASH && info.key_size == 4 &&
		       info.value_size == sizeof(struct window) &&
		       info.max_entries == clients &&
		       info.map_flags == 0 &&
		       strcmp(info.name, "limiter") == 0,
	       "a hash \"limiter\", key 4 bytes, value 16 bytes, the "
	       "room asked for, and no flags",
	       "\"%s\", %s, key %u bytes, value %u bytes, room for %u, "
	       "flags %u",
	       info.name, type_name(info.type), info.key_size,
	       info.value_size, info.max_entries, info.map_flags);
}

static const struct contract opening = { .judge = judge_open };

static void open_table(void)
{
	clients = random_between(1, 5000);
	asked.request = (struct request){ .function = OPEN,
					  .arg = { clients } };
	tried("limiter_open(%" PRIu32 ")", clients);
}

static void open_large_table(void)
{
	clients = UINT32_C(0x10000) + random_between(1, 99);
	asked.request = (struct request){ .function = OPEN,
					  .arg = { clients } };
	tried("limiter_open(%" PRIu32 ")", clients);
}

static void open_nothing(void)
{
	clients = 0;
	asked.request = (struct request){ .function = OPEN };
	tried("limiter_open(0)");
}

// --- limiter_forgive ------------------------------------------------

static int forgives_one(int at, struct world *w, struct outcome *o)
{
	struct contents *table = &w->map[0];
	struct entry *e = find(table, client);

	(void)at;
	o->result = e ? 1 : 0;
	if (e)
		take_out(table, e);
	return DONE;
}

static const struct contract forgiving = { .step = forgives_one };

// --- limiter_sweep --------------------------------------------------

// Returns how many entries the player removed between two moments.
// They were over at some time; those that are renewed while they are
// swept may be lost.
static uint32_t removals(const struct history *h, size_t i)
{
	const struct contents *before = map_at(h, i - 1, 0);
	const struct contents *after = map_at(h, i, 0);
	uint32_t count = 0;

	for (uint32_t n = 0; n < before->count; n++) {
		const struct entry *e = &before->entries[n];

		if (find(after, e->key))
			continue;
		count++;
		expect(now_rule, was_closed(h, e->key, i - 1),
		       "every window that is open kept",
		       "client %" PRIu64 " removed, whose window "
		       "started in second %" PRIu64,
		       e->key, e->value[0]);
	}
	return count;
}

static void judge_sweep(const struct history *h, const struct reply *r,
			bool failed)
{
	const struct entry *left = never_swept(h);
	uint32_t count = 0;

	for (size_t i = 1; i < h->count; i++) {
		const struct contents *before = map_at(h, i - 1, 0);
		const struct contents *after = map_at(h, i, 0);

		if (!h->moments[i].by_player)
			continue;
		count += removals(h, i);
		for (uint32_t n = 0; n < after->count; n++) {
			const struct entry *e = &after->entries[n];
			const struct entry *old = find(before, e->key);

			expect(now_rule,
			       old && same_value(old, e->value[0],
						 e->value[1]),
			       "nothing stored by a sweep",
			       "client %" PRIu64 " stored", e->key);
		}
	}
	if (failed)
		return;
	if (r->result < 0)
		expect_result(now_rule, *r,
			      h->error ? h->error : (int64_t)count);
	expect(now_rule, !left, "no window that is over",
	       "client %" PRIu64 ", whose window started in second "
	       "%" PRIu64,
	       left ? left->key : 0, left ? left->value[0] : 0);
	expect_result(now_rule, *r, count);
}

static const struct contract sweeping = { .judge = judge_sweep };

// --- limiter_allow --------------------------------------------------

// What a request makes of an entry. Returns false if it is denied.
static bool count_request(const struct entry *e, uint64_t *start,
			  uint64_t *used)
{
	*start = e && is_open(e) ? e->value[0] : now;
	*used = e && is_open(e) ? e->value[1] : 0;
	return (*used)++ < REQUESTS;
}

// Whether the client could be stored like this in moment `i`: as an
// insert, if it was not there, or else as an update of what it was at
// some moment before. Two servers that count in the same moment may
// count one request only once.
static bool may_store(const struct history *h, size_t i, uint64_t start,
		      uint64_t used)
{
	uint64_t s, u;

	if (!find(map_at(h, i, 0), client))
		return start == now && used == 1;
	for (size_t j = 0; j <= i; j++) {
		const struct entry *e = find(map_at(h, j, 0), client);

		if (e && count_request(e, &s, &u) && s == start &&
		    u == used)
			return true;
	}
	return false;
}

// Whether a store of this request would have changed nothing, because
// another server had just stored the same.
static bool stored_the_same(const struct history *h)
{
	for (size_t i = 0; i < h->count; i++) {
		const struct entry *e = find(map_at(h, i, 0), client);

		if (e && may_store(h, i, e->value[0], e->value[1]))
			return true;
	}
	return false;
}

// Whether the answer was true at some moment of the call.
static bool was_true(const struct history *h, int64_t result)
{
	uint64_t s, u;

	for (size_t i = 0; i < h->count; i++) {
		const struct contents *c = map_at(h, i, 0);
		const struct entry *e = find(c, client);

		if (result == 0 && e && !count_request(e, &s, &u))
			return true;
		if (result == -ENOSPC && !e && c->count == c->room)
			return true;
	}
	return false;
}

static void judge_step(const struct history *h, size_t i, int *stored)
{
	const struct contents *before = map_at(h, i - 1, 0);
	const struct contents *after = map_at(h, i, 0);
	const struct contents *full = NULL;
	uint64_t s, u;
	uint32_t gone = 0;

	for (uint32_t n = 0; n < after->count; n++) {
		const struct entry *e = &after->entries[n];
		const struct entry *old = find(before, e->key);

		if (old && same_value(old, e->value[0], e->value[1]))
			continue;
		count_request(find(before, client), &s, &u);
		expect(now_rule, e->key == client,
		       "no client stored but this one",
		       "client %" PRIu64 " stored", e->key);
		expect(now_rule,
		       may_store(h, i - 1, e->value[0], e->value[1]),
		       "this request counted on top of what is there",
		       "start %" PRIu64 " and used %" PRIu64 " stored",
		       e->value[0], e->value[1]);
		(*stored)++;
	}
	gone = removals(h, i);
	for (size_t j = 0; j < i && !full; j++)
		if (map_at(h, j, 0)->count == map_at(h, j, 0)->room &&
		    !find(map_at(h, j, 0), client))
			full = map_at(h, j, 0);
	expect(now_rule, gone == 0 || full,
	       "no sweep where there is room", "entries that are gone");
}

static void judge_allow(const struct history *h, const struct reply *r,
			bool failed)
{
	const struct entry *first = find(map_at(h, 0, 0), client);
	const struct entry *left = never_swept(h);
	const bool quiet = h->error == 0 && now_rule != &race;
	int64_t want;
	uint64_t s, u;
	int stored = 0;

	// Nobody else is there: the answer is certain.
	want = count_request(first, &s, &u);
	if (!first && !has_closed(map_at(h, 0, 0)) &&
	    map_at(h, 0, 0)->count == map_at(h, 0, 0)->room)
		want = -ENOSPC;
	if (quiet)
		expect_result(now_rule, *r, want);
	for (size_t i = 1; i < h->count; i++)
		if (h->moments[i].by_player)
			judge_step(h, i, &stored);
	if (failed) {
		expect_u64(now_rule, "the number of requests counted",
			   0, (uint64_t)stored);
		return;
	}
	if (r->result == 1) {
		if (stored == 0 && stored_the_same(h))
			return;
		expect_u64(now_rule, "the number of requests counted",
			   1, (uint64_t)stored);
		return;
	}
	expect_u64(now_rule, "the number of requests counted", 0,
		   (uint64_t)stored);
	if (h->error && r->result < 0 && r->result != -ENOSPC)
		expect_result(now_rule, *r, h->error);
	if (!was_true(h, r->result))
		expect_result(now_rule, *r, h->error ? h->error : want);
	if (r->result == -ENOSPC)
		expect(now_rule, !left, "no window that is over",
		       "client %" PRIu64
		       ", whose window started in second %" PRIu64,
		       left ? left->key : 0, left ? left->value[0] : 0);
}

static const struct contract allowing = { .judge = judge_allow };

// --- scenes ---------------------------------------------------------

static void set(uint32_t who, uint64_t start, uint64_t used)
{
	const struct window window = { start, used };

	must("bpf_map_update_elem",
	     bpf_map_update_elem(fd, &who, &window, BPF_ANY));
}

static void make_map(uint32_t room)
{
	fd = map(BPF_MAP_TYPE_HASH, sizeof(uint32_t),
		 sizeof(struct window), room);
	client = a_key();
	now = all_times ? a_value() : random_between(1000, 999999);
	if (now > latest)
		now = latest;
	if (now < 1000)
		now += 1000;
}

static void set_neighbours(uint64_t start)
{
	set(client ^ 1, start, 1);
	set(client ^ UINT32_C(0x10000), start, REQUESTS);
	set(~client, start, 2);
}

static void ask_allow(const char *what)
{
	asked.request = (struct request){
		.function = ALLOW,
		.fd = { fd },
		.arg = { client, now },
	};
	tried("limiter_allow(fd, %" PRIu32 ", %" PRIu64 "), %s", client,
	      now, what);
}

static void new_client(void)
{
	make_map(7);
	set_neighbours(now);
	ask_allow("a new client");
}

static void first_client(void)
{
	make_map(1);
	ask_allow("a new client, in an empty table");
}

static void one_used(void)
{
	make_map(7);
	set(client, now - random_between(0, WINDOW - 1), 1);
	set_neighbours(now);
	ask_allow("the second request of a window");
}

static void two_used(void)
{
	make_map(5);
	set(client, now, 2);
	ask_allow("the third request of a window, in its first second");
}

static void two_used_at_the_end(void)
{
	make_map(1);
	set(client, now - WINDOW + 1, 2);
	ask_allow("the third request of a window, in its last second");
}

static void used_up(void)
{
	make_map(7);
	set(client, now, REQUESTS);
	set_neighbours(now - WINDOW);
	ask_allow("a window that is used up");
}

// A server whose clock is ahead started it.
static void started_ahead(void)
{
	make_map(5);
	set(client, now + random_between(1, WINDOW), 2);
	ask_allow("the third request of a window that starts later");
}

static void used_up_ahead(void)
{
	make_map(5);
	set(client, now + random_between(1, WINDOW), REQUESTS);
	ask_allow("the fourth request of a window that starts later");
}

static void used_up_at_the_end(void)
{
	make_map(7);
	set(client, now - WINDOW + 1, REQUESTS);
	ask_allow("in the last second of a window that is used up");
}

static void just_over(void)
{
	make_map(7);
	set(client, now - WINDOW, random_between(1, REQUESTS));
	set_neighbours(now);
	ask_allow("in the first second after a window");
}

static void long_over(void)
{
	make_map(7);
	set(client, random_between(0, 9), random_between(1, REQUESTS));
	ask_allow("whose last window started at the beginning of time");
}

static void over_by_far(void)
{
	const uint64_t far = UINT64_C(1) << 32;

	make_map(7);
	if (now < far + 2 * WINDOW)
		now += far + 2 * WINDOW;
	set(client, now - far, REQUESTS);
	ask_allow("whose last window started 2^32 seconds ago");
}

static void used_up_late(void)
{
	make_map(7);
	now = latest - random_between(0, 99);
	set(client, now - WINDOW + 1, REQUESTS);
	ask_allow("in the last second of a window that is used up");
}

// One window of four is over.
static void full_with_one_over(void)
{
	make_map(5);
	set_neighbours(now);
	set(client ^ 4, now - WINDOW, 1);
	set(client ^ 8, now - WINDOW + 1, 1);
	ask_allow("a new client, when the table is full and one window "
		  "is over");
}

static void full_and_all_over(void)
{
	make_map(3);
	set_neighbours(now - WINDOW - random_between(0, 9));
	ask_allow("a new client, when the table is full of windows "
		  "that are over");
}

static void full_of_one(void)
{
	make_map(1);
	set(client ^ UINT32_C(0x10000), now - WINDOW, REQUESTS);
	ask_allow("a new client, when the only place has a window that "
		  "is over");
}

static void full_and_open(void)
{
	make_map(3);
	set_neighbours(now - WINDOW + 1);
	ask_allow("a new client, when the table is full of open "
		  "windows");
}

static void known_in_a_full_table(void)
{
	make_map(4);
	set_neighbours(now);
	set(client, now, 2);
	ask_allow("a known client, when the table is full");
}

static void used_up_in_a_full_table(void)
{
	make_map(4);
	set_neighbours(now - WINDOW);
	set(client, now, REQUESTS);
	ask_allow("a client that is used up, when the table is full");
}

static void over_in_a_full_table(void)
{
	make_map(4);
	set_neighbours(now);
	set(client, now - WINDOW, REQUESTS);
	ask_allow("a known client, whose window is over, when the "
		  "table is full");
}

static void over_and_alone(void)
{
	make_map(1);
	set(client, now - WINDOW, REQUESTS);
	ask_allow("in a table for one client, whose window is over");
}

static void ask_sweep(const char *what)
{
	asked.request = (struct request){
		.function = SWEEP,
		.fd = { fd },
		.arg = { now },
	};
	tried("limiter_sweep(fd, %" PRIu64 "), %s", now, what);
}

static void fill(uint32_t count, uint32_t room)
{
	uint32_t key;

	make_map(room);
	key = client;
	for (uint32_t i = 0; i < count; i++, key += 0x10003) {
		uint64_t ago = i < 2 ? WINDOW - i
				     : random_between(0, 3 * WINDOW);

		set(key, now - ago, random_between(1, REQUESTS));
	}
}

static void some_windows(void)
{
	fill(random_between(9, 17), 19);
	ask_sweep("with windows that are over and windows that are "
		  "open");
}

static void full_of_windows(void)
{
	fill(13, 13);
	ask_sweep("with a full table");
}

static void few_windows(void)
{
	fill(4, 5);
	ask_sweep("with four windows");
}

static void no_windows(void)
{
	make_map(3);
	ask_sweep("with an empty table");
}

static void all_open(void)
{
	make_map(3);
	set_neighbours(now);
	ask_sweep("with windows that are all open");
}

static void windows_far_away(void)
{
	make_map(31);
	if (now < UINT64_C(1) << 33)
		now += UINT64_C(1) << 33;
	set(1, 0, 1);
	set(2, now - (UINT64_C(1) << 32), 1);
	set(3, now - (UINT64_C(1) << 32) + 1, 1);
	set(4, now, 1);
	set(5, now - WINDOW + 1, 1);
	set(6, now >> 1, 1);
	set(7, now + WINDOW, 1);
	ask_sweep("with windows that started long ago, and one "
		  "that starts later");
}

static void many_windows(void)
{
	make_map(MANY);
	for (uint32_t i = 0; i < MANY; i++)
		set(i * 0x10003, now - i % (2 * WINDOW), 1);
	ask_sweep("with 5001 windows");
}

static void forgive(const char *what)
{
	asked.request = (struct request){
		.function = FORGIVE,
		.fd = { fd },
		.arg = { client },
	};
	tried("limiter_forgive(fd, %" PRIu32 "), %s", client, what);
}

static void forgive_known(void)
{
	make_map(7);
	set_neighbours(now);
	set(client, now, REQUESTS);
	forgive("one of four clients");
}

static void forgive_unknown(void)
{
	make_map(7);
	set_neighbours(now);
	forgive("a client without an entry");
}

// --- other servers --------------------------------------------------

static void rival_forgives(void)
{
	drop(fd, client);
}

static void rival_inserts(void)
{
	const struct window window = { now, 1 };

	bpf_map_update_elem(fd, &client, &window, BPF_NOEXIST);
}

static void rival_uses_up(void)
{
	const struct window window = { now - 1, REQUESTS };

	bpf_map_update_elem(fd, &client, &window, BPF_NOEXIST);
}

static void rival_counts(void)
{
	struct window window;

	if (bpf_map_lookup_elem(fd, &client, &window) == 0 &&
	    now < window.start + WINDOW && window.used < REQUESTS) {
		window.used++;
		bpf_map_update_elem(fd, &client, &window, BPF_EXIST);
	}
}

static void rival_admits_another(void)
{
	const uint32_t who = random32() | 2;
	const struct window window = { now, 1 };

	if (who != client)
		bpf_map_update_elem(fd, &who, &window, BPF_NOEXIST);
}

static void rival_sweeps(void)
{
	struct window window;
	uint32_t key, *last = NULL;

	while (bpf_map_get_next_key(fd, last, &key) == 0) {
		last = &key;
		if (bpf_map_lookup_elem(fd, &key, &window) == 0 &&
		    now >= window.start + WINDOW) {
			drop(fd, key);
			last = NULL;
		}
	}
}

static void rival_takes_the_room(void)
{
	rival_sweeps();
	for (int i = 0; i < 5; i++)
		rival_admits_another();
}

static void rival_forgives_any(void)
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

static void rival_comes_and_goes(void)
{
	if (!removed(fd, client))
		rival_inserts();
}

static const struct rival servers[] = {
	{ "another server forgives the client", rival_forgives },
	{ "another server admits the client", rival_inserts },
	{ "another server allows the client its last request",
	  rival_uses_up },
	{ "another server counts a request of the client",
	  rival_counts },
	{ "another server admits another client",
	  rival_admits_another },
	{ "another server sweeps", rival_sweeps },
	{ "another server sweeps, and admits other clients",
	  rival_takes_the_room },
	{ "another server forgives the client, or admits it if it was "
	  "not there",
	  rival_comes_and_goes },
	{ "another server forgives some client", rival_forgives_any },
	{ NULL, NULL },
};
static const struct rival sweepers[] = {
	{ "another server sweeps", rival_sweeps },
	{ "another server forgives some client", rival_forgives_any },
	{ "another server admits another client",
	  rival_admits_another },
	{ NULL, NULL },
};

// --- checks ---------------------------------------------------------

static void opens_a_table(void)
{
	ask(&opening, &opens, open_table);
	ask(&opening, &opens, open_large_table);
	ask(&opening, &opens, open_nothing);
}

static void allows_three_then_denies(void)
{
	ask_often(&allowing, &three, new_client);
	ask_often(&allowing, &three, first_client);
	ask_often(&allowing, &three, one_used);
	ask_often(&allowing, &three, two_used);
	ask_often(&allowing, &three, used_up);
}

static void opens_a_new_window(void)
{
	ask_often(&allowing, &window_rule, two_used_at_the_end);
	ask_often(&allowing, &window_rule, used_up_at_the_end);
	ask_often(&allowing, &window_rule, just_over);
}

static void knows_all_times(void)
{
	all_times = true;
	ask_often(&allowing, &wide, one_used);
	ask_often(&allowing, &wide, used_up_at_the_end);
	ask_often(&allowing, &wide, just_over);
	ask_often(&allowing, &wide, long_over);
	ask_often(&allowing, &wide, over_by_far);
	ask_often(&allowing, &wide, used_up_late);
	ask_often(&allowing, &window_rule, started_ahead);
	ask_often(&allowing, &window_rule, used_up_ahead);
	ask_often(&sweeping, &wide, windows_far_away);
	ask_often(&sweeping, &wide, full_of_windows);
	all_times = false;
}

static void forgives_a_client(void)
{
	ask_often(&forgiving, &forgives, forgive_known);
	ask_often(&forgiving, &forgives, forgive_unknown);
	ask_with_rivals(&forgiving, &forgives, forgive_known, servers);
}

static void expect_one_walk(void (*scene)(void))
{
	uint32_t count;
	int steps;

	scene();
	count = entries(fd);
	ask(&sweeping, &sweeps, scene);
	steps = bpf_calls(BPF_MAP_GET_NEXT_KEY);
	expect(&once, steps <= (int)count + 1,
	       "one walk: a step for each entry, and one more",
	       "%d calls of bpf_map_get_next_key for %" PRIu32
	       " entries",
	       steps, count);
}

static void sweeps_closed_windows(void)
{
	ask_often(&sweeping, &sweeps, some_windows);
	ask_often(&sweeping, &sweeps, no_windows);
	ask_often(&sweeping, &sweeps, all_open);
	ask_frozen(&sweeping, &sweeps, all_open, 0, 0);
	expect_one_walk(full_of_windows);
	expect_one_walk(many_windows);
}

static void sweeps_beside_others(void)
{
	ask_with_rivals(&sweeping, &others, some_windows, sweepers);
	ask_with_rivals(&sweeping, &others, few_windows, sweepers);
}

static void makes_room_in_a_storm(void)
{
	ask_often(&allowing, &storm, full_with_one_over);
	ask_often(&allowing, &storm, full_and_all_over);
	ask_often(&allowing, &storm, full_of_one);
}

static void keeps_open_windows(void)
{
	ask_often(&allowing, &keeps, full_and_open);
	ask_often(&allowing, &keeps, known_in_a_full_table);
	ask_often(&allowing, &keeps, used_up_in_a_full_table);
	ask_often(&allowing, &keeps, over_in_a_full_table);
}

static void loses_no_race(void)
{
	ask_with_rivals(&allowing, &race, new_client, servers);
	ask_with_rivals(&allowing, &race, first_client, servers);
	ask_with_rivals(&allowing, &race, two_used, servers);
	ask_with_rivals(&allowing, &race, used_up, servers);
	ask_with_rivals(&allowing, &race, just_over, servers);
	ask_with_rivals(&allowing, &race, full_with_one_over, servers);
	ask_with_rivals(&allowing, &race, full_of_one, servers);
	ask_with_rivals(&allowing, &race, over_and_alone, servers);
	ask_with_rivals(&allowing, &race, over_in_a_full_table,
			servers);
	ask_with_rivals(&allowing, &race, full_and_open, servers);
}

static void reports_what_is_broken(void)
{
	ask_with_errors(&opening, &honest, open_table);
	ask_with_errors(&forgiving, &honest, forgive_known);
	ask_with_errors(&forgiving, &honest, forgive_unknown);
	ask_with_errors(&sweeping, &honest, few_windows);
	ask_frozen(&sweeping, &honest, few_windows, 0, -EPERM);
	ask_with_errors(&allowing, &honest, new_client);
	ask_with_errors(&allowing, &honest, two_used);
	ask_with_errors(&allowing, &honest, just_over);
	ask_with_errors(&allowing, &honest, full_of_one);
	ask_with_errors(&allowing, &honest, full_with_one_over);
	ask_with_errors(&allowing, &honest, full_and_open);
}

const struct check checks[] = {
	{ "opens_a_table", opens_a_table },
	{ "allows_three_then_denies", allows_three_then_denies },
	{ "opens_a_new_window", opens_a_new_window },
	{ "forgives_a_client", forgives_a_client },
	{ "sweeps_closed_windows", sweeps_closed_windows },
	{ "knows_all_times", knows_all_times },
	{ "sweeps_beside_others", sweeps_beside_others },
	{ "makes_room_in_a_storm", makes_room_in_a_storm },
	{ "keeps_open_windows", keeps_open_windows },
	{ "loses_no_race", loses_no_race },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
