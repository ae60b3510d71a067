/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "../classroom/judge.h"

static const struct rule opens = {
	"open_store() returns 0 and puts the descriptors of both maps "
	"into the store.",
	"01-create.md, \"The call\"",
};
static const struct rule table_rule = {
	"users must never forget anybody: that is a plain hash with "
	"this name, key and value.",
	"01-create.md, \"The idea\"",
};
static const struct rule cache_rule = {
	"A cache that makes room by itself is an LRU hash; a plain "
	"hash refuses a new key when it is full.",
	"01-create.md, \"The idea\"",
};
static const struct rule room = {
	"Each map has the room that the caller asks for it.",
	"01-create.md, \"The call\"",
};
static const struct rule refused = {
	"If one map cannot be created, return the -errno of that "
	"call.",
	"01-create.md, \"What goes wrong\"",
};
static const struct rule untouched = {
	"After a failure the store is as it was: write to it only "
	"when both maps exist.",
	"01-create.md, \"The program\"",
};

static struct bpf_map_info infos[2];

static void open_both(uint32_t users, uint32_t recent)
{
	struct reply r;
	uint32_t size;

	tried("open_store(&store, %" PRIu32 ", %" PRIu32 ")", users,
	      recent);
	r = call(.arg = { users, recent });
	expect_result(&opens, r, 0);
	for (int i = 0; i < 2; i++) {
		size = sizeof(infos[i]);
		memset(&infos[i], 0, size);
		expect(&opens,
		       r.fd[i] > 0 &&
			       bpf_obj_get_info_by_fd(
				       r.fd[i], &infos[i], &size) == 0,
		       "two descriptors of maps",
		       "store.%s is no map's descriptor",
		       i == 0 ? "users" : "recent");
	}
}

static void expect_map(const struct rule *rule,
		       const struct bpf_map_info *info,
		       enum bpf_map_type type, const char *name)
{
	char expected[128];

	snprintf(expected, sizeof(expected),
		 "a map \"%s\" of type %d, key 4 bytes, value 8 bytes",
		 name, (int)type);
	expect(rule,
	       info->type == type && info->key_size == 4 &&
		       info->value_size == 8 &&
		       strcmp(info->name, name) == 0,
	       expected,
	       "a map \"%s\" of type %u, key %u bytes, value %u bytes",
	       info->name, info->type, info->key_size,
	       info->value_size);
}

static void makes_users(void)
{
	open_both(random_between(1, 999), random_between(1, 999));
	expect_map(&table_rule, &infos[0], BPF_MAP_TYPE_HASH, "users");
}

static void makes_recent(void)
{
	open_both(random_between(1, 999), random_between(1, 999));
	expect_map(&cache_rule, &infos[1], BPF_MAP_TYPE_LRU_HASH,
		   "recent");
}

static void gives_each_its_room(void)
{
	const uint32_t users = random_between(1000, 1999);
	const uint32_t recent = random_between(2000, 2999);

	open_both(users, recent);
	expect_u64(&room, "max_entries of users", users,
		   infos[0].max_entries);
	// The kernel rounds an LRU hash up for its own lists.
	expect(&room,
	       infos[1].max_entries >= recent &&
		       infos[1].max_entries < recent + 1024,
	       "max_entries of recent as asked for",
	       "%u asked for %" PRIu32, infos[1].max_entries, recent);
}

static void expect_refusal(uint32_t users, uint32_t recent)
{
	struct reply r;

	tried("open_store(&store, %" PRIu32 ", %" PRIu32 ")", users,
	      recent);
	r = call(.arg = { users, recent });
	expect_result(&refused, r, -EINVAL);
	expect(&untouched, r.out[0], "the store as it was",
	       "a store that was written to");
}

static void fails_as_a_whole(void)
{
	expect_refusal(0, random_between(1, 999));
	expect_refusal(random_between(1, 999), 0);
}

const struct check checks[] = {
	{ "makes_users", makes_users },
	{ "makes_recent", makes_recent },
	{ "gives_each_its_room", gives_each_its_room },
	{ "fails_as_a_whole", fails_as_a_whole },
	{ NULL, NULL },
};
