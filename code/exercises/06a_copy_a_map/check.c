/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

#define THE_IDEA   "06-iterate.md, \"The idea\""
#define GOES_WRONG "06-iterate.md, \"What goes wrong\""
#define STORING	   "02-update.md, \"The call\""
#define FULL_MAP   "02-update.md, \"What goes wrong\""

RULE(all, THE_IDEA, "NULL",
     "The walk begins with NULL, meets every key, and each key is "
     "stored with its own value; then the return value is 0.");
RULE(source, THE_IDEA, "bpf_map_get_next_key",
     "A copy only reads its source.");
RULE(nothing, GOES_WRONG, "ENOENT",
     "-ENOENT at the first step means an empty map: there is nothing "
     "to copy, and that is a success.");
RULE(replaced, STORING, "BPF_ANY",
     "BPF_ANY replaces what is there; nothing else in the map "
     "changes.");
RULE(vanished, GOES_WRONG, "ENOENT",
     "A key can vanish between get_next_key and lookup: -ENOENT from "
     "the lookup skips this entry, and the walk goes on.");
RULE(full, FULL_MAP, "E2BIG",
     "-E2BIG says that the copy is full and not every entry is in it: "
     "stop and return it.");
RULE(honest, GOES_WRONG, "errno",
     "Only ENOENT is the end of a map; every other error is returned "
     "as it came.");

enum { FROM, TO };

// Whether an entry was in the source at some moment of the call.
static bool was_there(const struct history *h, const struct entry *e)
{
	const struct entry *found;

	for (size_t i = 0; i < h->count; i++) {
		found = find(map_at(h, i, FROM), e->key);
		if (found && found->value[0] == e->value[0])
			return true;
	}
	return false;
}

// Whether a key was in the source all the time.
static bool was_always_there(const struct history *h, uint64_t key)
{
	for (size_t i = 0; i < h->count; i++)
		if (!find(map_at(h, i, FROM), key))
			return false;
	return true;
}

// What the player did to the copy: it stored entries of the source,
// and left the others alone.
static void expect_stores(const struct history *h, size_t i)
{
	const struct contents *before = map_at(h, i - 1, TO);
	const struct contents *after = map_at(h, i, TO);

	for (uint32_t n = 0; n < before->count; n++)
		expect(&replaced,
		       find(after, before->entries[n].key) != NULL,
		       "what was in the copy, still there",
		       "a copy without its key %" PRIu64,
		       before->entries[n].key);
	for (uint32_t n = 0; n < after->count; n++) {
		const struct entry *e = &after->entries[n];
		const struct entry *old = find(before, e->key);

		if (old && old->value[0] == e->value[0])
			continue;
		expect(&all, was_there(h, e),
		       "only entries of the source stored in the copy",
		       "key %" PRIu64 " with the value %" PRIu64,
		       e->key, e->value[0]);
	}
}

// Each entry that was in the source all the time is in the copy, with
// a value that it had.
static void expect_complete(const struct rule *rule,
			    const struct history *h)
{
	const struct contents *from = map_at(h, 0, FROM);
	const struct contents *to = map_at(h, h->count - 1, TO);

	for (uint32_t n = 0; n < from->count; n++) {
		const uint64_t key = from->entries[n].key;
		const struct entry *e = find(to, key);

		if (!was_always_there(h, key))
			continue;
		expect(rule, e != NULL,
		       "every key of the source copied",
		       "a copy without key %" PRIu64, key);
		expect(rule, was_there(h, e),
		       "every key copied with its value",
		       "key %" PRIu64 " with the value %" PRIu64, key,
		       e->value[0]);
	}
}

static void judge(const struct history *h, const struct reply *r,
		  bool failed)
{
	const struct contents *to = map_at(h, h->count - 1, TO);
	bool missing = false;

	expect_unchanged(&source, h, FROM);
	for (size_t i = 1; i < h->count; i++)
		if (h->moments[i].by_player)
			expect_stores(h, i);
	if (failed)
		return;
	for (size_t i = 0; i < h->count; i++)
		for (uint32_t n = 0; n < map_at(h, i, FROM)->count; n++)
			missing |= !find(
				to, map_at(h, i, FROM)->entries[n].key);
	if (r->result == -E2BIG && missing && to->count == to->room)
		return;
	if (now_rule == &full) {
		expect_result(&full, *r, -E2BIG);
		return;
	}
	expect_result(h->error ? &honest : now_rule, *r,
		      h->error ? h->error : 0);
	expect_complete(now_rule, h);
}

static const struct contract contract = { .judge = judge };

// An error that was swallowed is no error if all the same everything
// was copied.
static void judge_error(const struct history *h, const struct reply *r,
			bool failed)
{
	struct history without = *h;

	if (!failed && r->result < 0 && h->error)
		expect_result(&honest, *r, h->error);
	without.error = 0;
	judge(&without, r, failed);
}

static const struct contract failing = { .judge = judge_error };

enum { MANY = 5001 };

static int from, to;

static void question(const char *what)
{
	asked.request = (struct request){ .fd = { from, to } };
	tried("copy_map(from, to), %s", what);
}

// Keys 0 and -1 are there, because a walk that begins at one of them
// would miss it.
static void fill(uint32_t count)
{
	uint32_t key = a_key();

	from = table(count + random_between(0, 3));
	put(from, 0, a_value());
	put(from, UINT32_MAX, a_value());
	for (uint32_t i = 2; i < count; i++, key += 0x10001) {
		while (!insert(from, key, a_value()))
			key++;
	}
}

static void some_entries(void)
{
	fill(random_between(11, 23));
	to = table(23);
	question("with keys 0 and 4294967295 among others");
}

static void three_entries(void)
{
	fill(3);
	to = table(3);
	question("with three entries");
}

static void one_entry(void)
{
	from = table(1);
	put(from, a_key(), a_value());
	to = table(1);
	question("with one entry");
}

static void many_entries(void)
{
	from = table(MANY);
	for (uint32_t i = 0; i < MANY; i++)
		put(from, i * 0x10003, random64());
	to = table(MANY);
	question("with 5001 entries");
}

static void no_entries(void)
{
	from = table(4);
	to = table(4);
	put(to, a_key(), a_value());
	question("when from is empty");
}

static void other_values(void)
{
	fill(9);
	to = table(13);
	put_neighbours(to, a_key() + 5);
	put(to, 0, random64());
	put(to, UINT32_MAX, random64());
	question("when to holds other values, and keys of its own");
}

static void too_many_entries(void)
{
	fill(random_between(10, 20));
	to = table(random_between(1, 9));
	question("with less room in to");
}

static void full_copy_of_other_keys(void)
{
	fill(5);
	to = table(4);
	put_neighbours(to, a_key() ^ UINT32_C(0x00ff0000));
	question("when to is full of other keys");
}

// Replacing needs no room.
static void full_copy_of_the_same_keys(void)
{
	const uint32_t key = a_key();

	from = table(5);
	put_neighbours(from, key);
	to = table(4);
	put_neighbours(to, key);
	question("when to is full, and has the same keys");
}

static void only_writable(void)
{
	from = map_with_flags(BPF_MAP_TYPE_HASH, 4, 8, 4, BPF_F_WRONLY);
	to = table(4);
	question("when from may only be written");
	asked.refusal = -EPERM;
}

static void rival_deletes(void)
{
	uint32_t key;

	if (bpf_map_get_next_key(from, NULL, &key) == 0)
		drop(from, key);
}

static void rival_deletes_any(void)
{
	uint32_t key, *last = NULL;

	for (uint32_t n = random_between(1, 9); n > 0; n--) {
		if (bpf_map_get_next_key(from, last, &key) < 0)
			break;
		last = &key;
	}
	if (last)
		drop(from, key);
}

static const struct rival rivals[] = {
	{ "another process deletes the first key of the walk",
	  rival_deletes },
	{ "another process deletes some key", rival_deletes_any },
	{ NULL, NULL },
};

static void copies_every_entry(void)
{
	ask_often(&contract, &all, some_entries);
	ask_often(&contract, &all, one_entry);
	ask_frozen(&contract, &all, some_entries, FROM, 0);
	ask(&contract, &all, many_entries);
}

static void copies_an_empty_map(void)
{
	ask_often(&contract, &nothing, no_entries);
}

static void replaces_what_was_there(void)
{
	ask_often(&contract, &replaced, other_values);
	ask_often(&contract, &replaced, full_copy_of_the_same_keys);
}

static void goes_on_when_a_key_vanishes(void)
{
	ask_with_rivals(&contract, &vanished, some_entries, rivals);
	ask_with_rivals(&contract, &vanished, one_entry, rivals);
	ask_with_rivals(&contract, &vanished, three_entries, rivals);
}

static void stops_when_the_copy_is_full(void)
{
	ask_often(&contract, &full, too_many_entries);
	ask_often(&contract, &full, full_copy_of_other_keys);
}

static void tells_the_end_from_an_error(void)
{
	ask(&failing, &honest, only_writable);
	ask_frozen(&failing, &honest, three_entries, TO, -EPERM);
	ask_with_errors(&failing, &honest, three_entries);
	ask_with_errors(&failing, &honest, one_entry);
}

const struct check checks[] = {
	{ "copies_every_entry", copies_every_entry },
	{ "copies_an_empty_map", copies_an_empty_map },
	{ "replaces_what_was_there", replaces_what_was_there },
	{ "goes_on_when_a_key_vanishes", goes_on_when_a_key_vanishes },
	{ "stops_when_the_copy_is_full", stops_when_the_copy_is_full },
	{ "tells_the_end_from_an_error", tells_the_end_from_an_error },
	{ NULL, NULL },
};
