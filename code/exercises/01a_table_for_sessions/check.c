/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "../classroom/judge.h"
#include "exercise.h"

#define THE_CALL   "01-create.md, \"The call\""
#define KINDS	   "01-create.md, \"Four kinds of map\""
#define GOES_WRONG "01-create.md, \"What goes wrong\""

RULE(descriptor, THE_CALL, "descriptor",
     "make_sessions() returns the descriptor of a new map, as "
     "bpf_map_create() gave it.");
RULE(name_rule, THE_CALL, "name",
     "The name is sessions: the second parameter of "
     "bpf_map_create().");
RULE(hash, KINDS, "LRU hash",
     "The map is a plain hash: it finds any key, and it never "
     "drops an entry by itself.");
RULE(flags, THE_CALL, "NULL",
     "No flag is asked for, and a flag changes what the map does: "
     "pass no options.");
RULE(swapped, THE_CALL, "key_size",
     "The two sizes are swapped: bpf_map_create() takes that of the "
     "key first, then that of the value.");
RULE(key, THE_CALL, "key_size",
     "The kernel must know the size of the whole key: sizeof the "
     "struct, not of a pointer or of its fields.");
RULE(value, THE_CALL, "value_size",
     "The kernel must know the size of the whole value, padding "
     "and all: only sizeof of the struct says it.");
RULE(room, THE_CALL, "max_entries",
     "max_entries is what the caller asks for, no more and no "
     "less.");
RULE(honest, GOES_WRONG, "errno",
     "A refusal is returned as it came: the call returns -errno "
     "already.");

static uint32_t max_sessions;

// What a check looks at, so that one mistake costs one check.
static enum { KIND = 1, SIZES = 2, ROOM = 4, ALL = 7 } looks_at;

static void expect_kind(const struct bpf_map_info *info)
{
	expect(&hash, info->type == BPF_MAP_TYPE_HASH,
	       "a map of type BPF_MAP_TYPE_HASH", "a map of type %s",
	       type_name(info->type));
	expect(&name_rule, strcmp(info->name, "sessions") == 0,
	       "a map named \"sessions\"", "a map named \"%s\"",
	       info->name);
	expect(&flags, info->map_flags == 0, "a map without flags",
	       "a map with the flags 0x%x", info->map_flags);
}

static void expect_sizes(const struct bpf_map_info *info)
{
	const uint32_t key_size = sizeof(struct session_key);
	const uint32_t value_size = sizeof(struct session);
	const bool other_way_round = info->key_size == value_size &&
				     info->value_size == key_size;

	expect_u64(other_way_round ? &swapped : &key,
		   "the size of a key", key_size, info->key_size);
	expect_u64(&value, "the size of a value", value_size,
		   info->value_size);
}

// Ask the kernel what was made.
static void judge(const struct history *h, const struct reply *r,
		  bool failed)
{
	struct bpf_map_info info;

	(void)h;
	if (failed)
		return;
	if (max_sessions == 0 || max_sessions == UINT32_MAX) {
		expect_result(&honest, *r,
			      max_sessions == 0 ? -EINVAL : -E2BIG);
		return;
	}
	expect_success(&descriptor, *r, "a descriptor");
	expect(&descriptor, info_of(r->fd[0], &info),
	       "the descriptor of a map",
	       "%" PRId64 ", which is no map's descriptor", r->result);
	if (looks_at & KIND)
		expect_kind(&info);
	if (looks_at & SIZES)
		expect_sizes(&info);
	if (looks_at & ROOM)
		expect_u64(&room, "max_entries", max_sessions,
			   info.max_entries);
}

static const struct contract contract = { .judge = judge };

static void question(void)
{
	asked.request = (struct request){ .arg = { max_sessions } };
	tried("make_sessions(%" PRIu32 ")", max_sessions);
}

static void any_room(void)
{
	max_sessions = random_between(2, 5000);
	question();
}

static void small_room(void)
{
	max_sessions = 1;
	question();
}

static void large_room(void)
{
	max_sessions = UINT32_C(0x10000) + random_between(1, 999);
	question();
}

static void no_room(void)
{
	max_sessions = 0;
	question();
}

static void too_much_room(void)
{
	max_sessions = UINT32_MAX;
	question();
}

static void makes_a_hash(void)
{
	looks_at = KIND;
	ask(&contract, &descriptor, any_room);
}

static void sizes_key_and_value(void)
{
	looks_at = SIZES;
	ask(&contract, &descriptor, any_room);
}

static void has_the_room_asked_for(void)
{
	looks_at = ROOM;
	ask_often(&contract, &descriptor, any_room);
	ask(&contract, &descriptor, small_room);
	ask(&contract, &descriptor, large_room);
}

static void returns_the_errno(void)
{
	looks_at = ALL;
	ask(&contract, &honest, no_room);
	ask(&contract, &honest, too_much_room);
	ask_with_errors(&contract, &honest, any_room);
}

const struct check checks[] = {
	{ "makes_a_hash", makes_a_hash },
	{ "sizes_key_and_value", sizes_key_and_value },
	{ "has_the_room_asked_for", has_the_room_asked_for },
	{ "returns_the_errno", returns_the_errno },
	{ NULL, NULL },
};
