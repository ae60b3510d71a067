/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "../classroom/judge.h"

#define THE_CALL   "01-create.md, \"The call\""
#define KINDS	   "01-create.md, \"Four kinds of map\""
#define THE_IDEA   "01-create.md, \"The idea\""
#define GOES_WRONG "01-create.md, \"What goes wrong\""

RULE(opens, THE_CALL, "descriptor",
     "open_tables() returns 0 and puts the descriptors of both maps "
     "into the struct.");
RULE(plain, KINDS, "hash",
     "blocked must never forget an address: that is a plain hash with "
     "this name, key and value.");
RULE(lru, KINDS, "LRU",
     "A map that makes room by itself is an LRU hash; a plain hash "
     "refuses a new key when it is full.");
RULE(swapped, THE_CALL, "key_size",
     "The two sizes are swapped: bpf_map_create() takes that of the "
     "key first, then that of the value.");
RULE(room, THE_CALL, "max_entries",
     "Each map has the room that the caller asks for it.");
RULE(refused, GOES_WRONG, "errno",
     "If one map cannot be created, return the -errno of that call.");
RULE(untouched, THE_IDEA, "descriptor",
     "After a failure the struct is as it was: write to it only when "
     "both maps exist.");

static uint32_t blocked, recent;

// What a check looks at, so that one mistake costs one check.
static enum { BLOCKED = 1, RECENT = 2, ROOM = 4, ALL = 7 } looks_at;

static void expect_map(const struct rule *rule, const struct reply *r,
		       int which, enum bpf_map_type type,
		       const char *name, uint32_t at_least,
		       uint32_t at_most)
{
	struct bpf_map_info info;
	char expected[128];

	expect(&opens, info_of(r->fd[which], &info),
	       "two descriptors of maps",
	       "tables.%s is no map's descriptor", name);
	expect(&swapped, info.key_size != 8 || info.value_size != 4,
	       "a key of 4 bytes and a value of 8",
	       "a key of 8 bytes and a value of 4");
	snprintf(expected, sizeof(expected),
		 "\"%s\", %s, key 4 bytes, value 8 bytes, no flags",
		 name, type_name(type));
	expect(rule,
	       info.type == type && info.key_size == 4 &&
		       info.value_size == 8 && info.map_flags == 0 &&
		       strcmp(info.name, name) == 0,
	       expected,
	       "\"%s\", %s, key %u bytes, value %u bytes, flags %u",
	       info.name, type_name(info.type), info.key_size,
	       info.value_size, info.map_flags);
	if (!(looks_at & ROOM))
		return;
	snprintf(expected, sizeof(expected),
		 "room for %" PRIu32 " in \"%s\"", at_least, name);
	expect(&room,
	       info.max_entries >= at_least &&
		       info.max_entries <= at_most,
	       expected, "room for %u", info.max_entries);
}

static void judge(const struct history *h, const struct reply *r,
		  bool failed)
{
	(void)h;
	if (failed)
		return;
	if (blocked == 0 || recent == 0) {
		expect_result(&refused, *r, -EINVAL);
		expect_u64(&untouched, "tables.blocked",
			   asked.before[0], r->out[0]);
		expect_u64(&untouched, "tables.recent", asked.before[1],
			   r->out[1]);
		return;
	}
	expect_result(&opens, *r, 0);
	if (looks_at & BLOCKED)
		expect_map(&plain, r, 0, BPF_MAP_TYPE_HASH, "blocked",
			   blocked, blocked);
	// The kernel rounds an LRU hash up for its own lists.
	if (looks_at & RECENT)
		expect_map(&lru, r, 1, BPF_MAP_TYPE_LRU_HASH, "recent",
			   recent, recent + 1024);
}

static const struct contract contract = {
	.judge = judge,
	.outs = { "tables.blocked", "tables.recent" },
	.out_rule = &untouched,
};

static void question(void)
{
	asked.request = (struct request){ .arg = { blocked, recent } };
	asked.before[0] = 100;
	asked.before[1] = 200;
	tried("open_tables(&tables, %" PRIu32 ", %" PRIu32 ")", blocked,
	      recent);
}

static void any_room(void)
{
	blocked = random_between(1, 1999);
	recent = random_between(4000, 5999);
	question();
}

static void other_room(void)
{
	blocked = UINT32_C(0x10000) + random_between(1, 999);
	recent = UINT32_C(0x10000) + random_between(9000, 9999);
	question();
}

static void no_room_for_blocked(void)
{
	blocked = 0;
	recent = random_between(1, 999);
	question();
}

static void no_room_for_recent(void)
{
	blocked = random_between(1, 999);
	recent = 0;
	question();
}

static void makes_blocked(void)
{
	looks_at = BLOCKED;
	ask(&contract, &opens, any_room);
}

static void makes_recent(void)
{
	looks_at = RECENT;
	ask(&contract, &opens, any_room);
}

static void gives_each_its_room(void)
{
	looks_at = ALL;
	ask(&contract, &opens, any_room);
	ask(&contract, &opens, other_room);
}

static void fails_as_a_whole(void)
{
	looks_at = ALL;
	ask(&contract, &refused, no_room_for_blocked);
	ask(&contract, &refused, no_room_for_recent);
	ask_with_errors(&contract, &refused, any_room);
}

const struct check checks[] = {
	{ "makes_blocked", makes_blocked },
	{ "makes_recent", makes_recent },
	{ "gives_each_its_room", gives_each_its_room },
	{ "fails_as_a_whole", fails_as_a_whole },
	{ NULL, NULL },
};
