/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "../classroom/judge.h"
#include "exercise.h"

static const struct rule descriptor = {
	"make_sessions() returns the descriptor of a new map, as "
	"bpf_map_create() gave it.",
	"01-create.md, \"The call\"",
};
static const struct rule name = {
	"The name is sessions: the second parameter of "
	"bpf_map_create().",
	"01-create.md, \"The call\"",
};
static const struct rule hash = {
	"The map is a plain hash: it finds any key, and it never "
	"drops an entry by itself.",
	"01-create.md, \"The idea\"",
};
static const struct rule flags = {
	"No flag is asked for, and a flag changes what the map does: "
	"pass no options.",
	"01-create.md, \"The call\"",
};
static const struct rule key = {
	"The kernel must know the size of the whole key: sizeof the "
	"struct, not of a pointer or of its fields.",
	"01-create.md, \"The program\"",
};
static const struct rule value = {
	"The kernel must know the size of the whole value, padding "
	"and all: only sizeof of the struct says it.",
	"01-create.md, \"The program\"",
};
static const struct rule room = {
	"max_entries is what the caller asks for, no more and no "
	"less.",
	"01-create.md, \"The call\"",
};
static const struct rule minus = {
	"A refusal is returned as it came: the call returns -errno "
	"already.",
	"01-create.md, \"What goes wrong\"",
};

// Call it, and ask the kernel what it made.
static struct bpf_map_info make(uint32_t max_sessions)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	struct reply r;

	tried("make_sessions(%" PRIu32 ")", max_sessions);
	r = call(.arg = { max_sessions });
	expect_success(&descriptor, r, "a descriptor");
	expect(&descriptor,
	       r.fd[0] > 0 && bpf_obj_get_info_by_fd(r.fd[0], &info,
						     &size) == 0,
	       "the descriptor of a map",
	       "%" PRId64 ", which is no map's descriptor", r.result);
	return info;
}

static void makes_a_hash(void)
{
	const struct bpf_map_info info = make(random_between(1, 5000));

	expect(&hash, info.type == BPF_MAP_TYPE_HASH,
	       "a map of type 1 (BPF_MAP_TYPE_HASH)",
	       "a map of type %u", info.type);
	expect(&name, strcmp(info.name, "sessions") == 0,
	       "a map named \"sessions\"", "a map named \"%s\"",
	       info.name);
	expect(&flags, info.map_flags == 0, "a map without flags",
	       "a map with the flags 0x%x", info.map_flags);
}

static void sizes_key_and_value(void)
{
	const struct bpf_map_info info = make(random_between(1, 5000));

	expect_u64(&key, "the size of a key",
		   sizeof(struct session_key), info.key_size);
	expect_u64(&value, "the size of a value",
		   sizeof(struct session), info.value_size);
}

static void has_the_room_asked_for(void)
{
	for (int i = 0; i < 3; i++) {
		const uint32_t n = random_between(2, 5000);

		expect_u64(&room, "max_entries", n,
			   make(n).max_entries);
	}
	expect_u64(&room, "max_entries", 1, make(1).max_entries);
}

static void returns_the_errno(void)
{
	tried("make_sessions(0)");
	expect_result(&minus, call(.arg = { 0 }), -EINVAL);
	tried("make_sessions(%" PRIu32 ")", UINT32_MAX);
	expect_result(&minus, call(.arg = { UINT32_MAX }), -E2BIG);
}

const struct check checks[] = {
	{ "makes_a_hash", makes_a_hash },
	{ "sizes_key_and_value", sizes_key_and_value },
	{ "has_the_room_asked_for", has_the_room_asked_for },
	{ "returns_the_errno", returns_the_errno },
	{ NULL, NULL },
};
