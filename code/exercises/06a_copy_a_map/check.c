/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

static const struct rule all = {
	"The walk begins with NULL, meets every key, and each key is "
	"stored with its own value; then the return value is 0.",
	"06-iterate.md, \"The program\"",
};
static const struct rule source = {
	"A copy only reads its source.",
	"06-iterate.md, \"The idea\"",
};
static const struct rule nothing = {
	"ENOENT at the first step means an empty map: there is "
	"nothing to copy, and that is a success.",
	"06-iterate.md, \"What goes wrong\"",
};
static const struct rule replaced = {
	"BPF_ANY replaces what is there; nothing else in the map "
	"changes.",
	"02-update.md, \"The call\"",
};
static const struct rule vanished = {
	"A key can vanish between get_next_key and lookup: ENOENT "
	"from the lookup skips this entry, and the walk goes on.",
	"06-iterate.md, \"The idea\"",
};
static const struct rule full = {
	"E2BIG says that the copy is full and not every entry is in "
	"it: stop and return it.",
	"02-update.md, \"What goes wrong\"",
};
static const struct rule honest = {
	"Only ENOENT is the end of a map; every other error is "
	"returned as it came.",
	"06-iterate.md, \"What goes wrong\"",
};

enum { MAX_KEYS = 40 };

static int from, to;
static uint32_t keys[MAX_KEYS], count, vanished_key;

static struct reply ask_copy(void)
{
	return call(.fd = { from, to });
}

static uint64_t value_of(uint32_t key)
{
	return UINT64_C(1000000007) * key + 1;
}

// Keys 0 and -1 are there, because a walk that begins at one of them
// would miss it.
static void fill(uint32_t at_least)
{
	count = random_between(at_least, MAX_KEYS);
	from = table(MAX_KEYS);
	random_distinct(keys, count);
	keys[0] = 0;
	keys[1] = UINT32_MAX;
	for (uint32_t i = 0; i < count; i++)
		put(from, keys[i], value_of(keys[i]));
}

static void copies_every_entry(void)
{
	struct reply r;

	fill(10);
	to = table(MAX_KEYS);
	tried("copy_map(from, to), with %" PRIu32
	      " entries, keys 0 and %" PRIu32 " among them",
	      count, UINT32_MAX);
	r = ask_copy();
	expect_result(&all, r, 0);
	for (uint32_t i = 0; i < count; i++)
		expect_entry(&all, to, keys[i], value_of(keys[i]));
	expect_entries(&all, to, count);
	expect_entries(&source, from, count);
}

static void copies_an_empty_map(void)
{
	from = table(4);
	to = table(4);
	tried("copy_map(from, to), when from is empty");
	expect_result(&nothing, ask_copy(), 0);
	expect_entries(&nothing, to, 0);
}

static void replaces_what_was_there(void)
{
	fill(10);
	to = table(MAX_KEYS + 1);
	put(to, 1000000, 5);
	put(to, keys[3], 6);
	tried("copy_map(from, to), when to holds another value for "
	      "key %" PRIu32 " and a key of its own",
	      keys[3]);
	expect_result(&replaced, ask_copy(), 0);
	expect_entry(&replaced, to, keys[3], value_of(keys[3]));
	expect_entry(&replaced, to, 1000000, 5);
	expect_entries(&replaced, to, count + 1);
}

// Before the second call the walk has met the first key.
static void rival_deletes_the_first(void)
{
	must("bpf_map_get_next_key",
	     bpf_map_get_next_key(from, NULL, &vanished_key));
	drop(from, vanished_key);
}

static void goes_on_when_a_key_vanishes(void)
{
	fill(10);
	to = table(MAX_KEYS);
	before_bpf_call(2, rival_deletes_the_first);
	tried("copy_map(from, to), while another process deletes the "
	      "first key before the second bpf(2) call that you make");
	expect_result(&vanished, ask_copy(), 0);
	for (uint32_t i = 0; i < count; i++)
		if (keys[i] != vanished_key)
			expect_entry(&vanished, to, keys[i],
				     value_of(keys[i]));
}

static void stops_when_the_copy_is_full(void)
{
	fill(10);
	to = table(random_between(2, 8));
	tried("copy_map(from, to), with %" PRIu32
	      " entries and less room in to",
	      count);
	expect_result(&full, ask_copy(), -E2BIG);
}

static void tells_the_end_from_an_error(void)
{
	from = -1;
	to = table(4);
	tried("copy_map(-1, to)");
	expect_result(&honest, ask_copy(), -EBADF);

	from = not_a_map();
	tried("copy_map(from, to) with a descriptor of /dev/null for "
	      "from");
	expect_result(&honest, ask_copy(), -EINVAL);

	fill(10);
	to = -1;
	tried("copy_map(from, -1)");
	expect_result(&honest, ask_copy(), -EBADF);
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
