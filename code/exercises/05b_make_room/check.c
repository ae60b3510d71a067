/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

static const struct rule room = {
	"Where there is room nothing has to go: insert first, and "
	"delete only after E2BIG.",
	"05-delete.md, \"The idea\"",
};
static const struct rule full = {
	"E2BIG is how a full map refuses a new key; a delete makes "
	"room at once, so delete the victim and insert again.",
	"05-delete.md, \"The program\"",
};
static const struct rule counted = {
	"The return value says whether this call removed the victim: "
	"1 if it did, 0 if it did not.",
	"05-delete.md, \"The call\"",
};
static const struct rule spared = {
	"A key that is in the map needs no new room, so it can be "
	"stored in a full map and nothing has to go.",
	"02-update.md, \"The program\"",
};
static const struct rule stays = {
	"Without a victim to remove the map stays full: return "
	"-E2BIG and remove nobody else.",
	"05-delete.md, \"What goes wrong\"",
};
static const struct rule gone = {
	"If the victim is gone already, there is room: ENOENT from "
	"the delete is no reason to give up.",
	"05-delete.md, \"What goes wrong\"",
};
static const struct rule refused = {
	"Only ENOENT says that the victim is gone: if the delete fails "
	"with another error, nothing was removed, so return that "
	"error.",
	"05-delete.md, \"What goes wrong\"",
};
static const struct rule broken = {
	"Only E2BIG asks for room; every other error is returned as "
	"it came.",
	"05-delete.md, \"What goes wrong\"",
};

static int fd;
static uint32_t keys[5]; // four entries, and one that is not there
static uint64_t value;

static struct reply ask_insert(uint32_t key, uint32_t victim)
{
	value = random64();
	return call(.fd = { fd }, .arg = { key, value, victim });
}

static void make_map(uint32_t max_entries)
{
	fd = table(max_entries);
	random_distinct(keys, 5);
	for (uint32_t i = 0; i < 4; i++)
		put(fd, keys[i], 10 + i);
}

static void inserts_where_there_is_room(void)
{
	make_map(8);
	tried("insert_over(fd, %" PRIu32 ", value, %" PRIu32
	      ") with room for four more",
	      keys[4], keys[1]);
	expect_result(&room, ask_insert(keys[4], keys[1]), 0);
	expect_entry(&room, fd, keys[1], 11);
	expect_entry(&room, fd, keys[4], value);
	expect_entries(&room, fd, 5);
}

static void makes_room_when_full(void)
{
	struct reply r;

	make_map(4);
	tried("insert_over(fd, %" PRIu32 ", value, %" PRIu32
	      ") in a full map",
	      keys[4], keys[1]);
	r = ask_insert(keys[4], keys[1]);
	expect_entry(&full, fd, keys[4], value);
	expect_absent(&full, fd, keys[1]);
	expect_entries(&full, fd, 4);
	expect_result(&counted, r, 1);
}

static void spares_the_victim(void)
{
	make_map(4);
	tried("insert_over(fd, %" PRIu32 ", value, %" PRIu32
	      ") in a full map, a key that is in it",
	      keys[2], keys[1]);
	expect_result(&spared, ask_insert(keys[2], keys[1]), 0);
	expect_entry(&spared, fd, keys[2], value);
	expect_entry(&spared, fd, keys[1], 11);
	expect_entries(&spared, fd, 4);
}

static void says_when_it_stays_full(void)
{
	make_map(4);
	tried("insert_over(fd, %" PRIu32
	      ", value, 0) in a full map, without a key 0 to remove",
	      keys[4]);
	expect_result(&stays, ask_insert(keys[4], 0), -E2BIG);
	expect_entries(&stays, fd, 4);
	expect_absent(&stays, fd, keys[4]);
}

static void rival_removes(void)
{
	drop(fd, keys[1]);
}

static void goes_on_without_the_victim(void)
{
	make_map(4);
	before_bpf_call(2, rival_removes);
	tried("insert_over(fd, %" PRIu32 ", value, %" PRIu32
	      ") in a full map, while another process removes the "
	      "victim before the second bpf(2) call that you make",
	      keys[4], keys[1]);
	expect_result(&gone, ask_insert(keys[4], keys[1]), 0);
	expect_entry(&gone, fd, keys[4], value);
}

static void reports_what_is_broken(void)
{
	fd = -1;
	tried("insert_over(-1, 1, value, 2)");
	expect_result(&broken, ask_insert(1, 2), -EBADF);

	fd = map_with_flags(BPF_MAP_TYPE_HASH, 4, 8, 4, BPF_F_RDONLY);
	tried("insert_over(fd, 1, value, 2) with a descriptor that "
	      "may only read");
	expect_result(&broken, ask_insert(1, 2), -EPERM);

	// No index above 3: E2BIG. No delete in an array: EINVAL.
	fd = map(BPF_MAP_TYPE_ARRAY, 4, 8, 4);
	tried("insert_over(fd, 4, value, 1) in an array of 4 entries, "
	      "where bpf_map_update_elem returns -E2BIG and "
	      "bpf_map_delete_elem -EINVAL");
	expect_result(&refused, ask_insert(4, 1), -EINVAL);
}

const struct check checks[] = {
	{ "inserts_where_there_is_room", inserts_where_there_is_room },
	{ "makes_room_when_full", makes_room_when_full },
	{ "spares_the_victim", spares_the_victim },
	{ "says_when_it_stays_full", says_when_it_stays_full },
	{ "goes_on_without_the_victim", goes_on_without_the_victim },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
