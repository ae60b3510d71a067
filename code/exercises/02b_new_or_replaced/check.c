/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"
#include "exercise.h"

static const struct rule is_new = {
	"A key that was absent is STORED_NEW, and the map holds its "
	"value.",
	"02-update.md, \"The call\"",
};
static const struct rule is_over = {
	"A key that was present is STORED_OVER: an insert with "
	"BPF_NOEXIST gets EEXIST, an update with BPF_EXIST goes "
	"through.",
	"02-update.md, \"The program\"",
};
static const struct rule full = {
	"E2BIG is the kernel's word for a full map; the contract "
	"calls it -ENOSPC.",
	"02-update.md, \"What goes wrong\"",
};
static const struct rule full_but_present = {
	"A present key needs no new room, so it can be replaced in a "
	"full map.",
	"02-update.md, \"The program\"",
};
static const struct rule truth = {
	"What an earlier call said about the key is old news: only "
	"the flag of the update itself tells what was there.",
	"02-update.md, \"The idea\"",
};
static const struct rule again = {
	"A key that vanishes between two calls is no failure: try "
	"again until one of the two goes through, however often that "
	"is.",
	"02-update.md, \"The idea\"",
};
static const struct rule honest = {
	"An error that is neither EEXIST, ENOENT nor E2BIG is "
	"returned as it came.",
	"02-update.md, \"What goes wrong\"",
};

enum { MANY_CALLS = 2100 };

static int fd;
static uint32_t key;
static uint64_t stored;
static bool there;

static struct reply ask_store(uint64_t value)
{
	return call(.fd = { fd }, .arg = { key, value });
}

static void stores_a_new_key(void)
{
	const uint64_t value = random64();

	fd = table(8);
	key = random_between(1, 999999);
	tried("store(fd, %" PRIu32 ", %" PRIu64 "), an absent key", key,
	      value);
	expect_result(&is_new, ask_store(value), STORED_NEW);
	expect_entry(&is_new, fd, key, value);
	expect_entries(&is_new, fd, 1);
}

static void replaces_a_value(void)
{
	const uint64_t value = random64();

	fd = table(8);
	key = random_between(1, 999999);
	put(fd, key, 1);
	tried("store(fd, %" PRIu32 ", %" PRIu64 "), a key that holds 1",
	      key, value);
	expect_result(&is_over, ask_store(value), STORED_OVER);
	expect_entry(&is_over, fd, key, value);
}

static void knows_a_full_map(void)
{
	const uint64_t value = random64();

	fd = table(2);
	put(fd, 1, 10);
	put(fd, 2, 20);
	key = random_between(3, 999999);
	tried("store(fd, %" PRIu32 ", %" PRIu64
	      "), an absent key, in a full map",
	      key, value);
	expect_result(&full, ask_store(value), -ENOSPC);

	key = random_between(1, 2);
	tried("store(fd, %" PRIu32 ", %" PRIu64
	      "), a present key, in a full map",
	      key, value);
	expect_result(&full_but_present, ask_store(value), STORED_OVER);
	expect_entry(&full_but_present, fd, key, value);
}

// Another process deletes the key if it is there and inserts it if
// not. It leaves the learner's value alone, so that in the end
// `there` says what the learner's update met.
static void rival_changes(void)
{
	uint64_t found;
	const bool present = get(fd, key, &found);

	if (present && found == stored)
		return;
	if (present)
		drop(fd, key);
	else
		put(fd, key, 77);
	there = !present;
}

static void race(int first, int last, bool present)
{
	struct reply r;

	fd = table(8);
	key = random_between(1, 999999);
	stored = random64();
	there = present;
	if (present)
		put(fd, key, 1);
	before_bpf_calls(first, last, rival_changes);
	if (first == last)
		tried("store(fd, %" PRIu32 ", %" PRIu64
		      "), %s key, which another process %s before the "
		      "%s bpf(2) call that you make",
		      key, stored, present ? "a present" : "an absent",
		      present ? "deletes" : "inserts", ordinal(first));
	else
		tried("store(fd, %" PRIu32 ", %" PRIu64
		      "), a present key, which another process deletes "
		      "and inserts in turn before each bpf(2) call "
		      "that you make, from the second to number %d",
		      key, stored, last);
	r = ask_store(stored);
	if (!interfered())
		return;
	expect_success(&again, r, "STORED_NEW or STORED_OVER");
	expect_result(&truth, r, there ? STORED_OVER : STORED_NEW);
	expect_entry(&truth, fd, key, stored);
}

static void tells_the_truth_in_a_race(void)
{
	for (int nth = 1; nth <= 3; nth++) {
		race(nth, nth, true);
		race(nth, nth, false);
	}
	race(2, 8, true);
	race(2, MANY_CALLS, true);
}

static void reports_what_is_broken(void)
{
	key = random_between(1, 999999);
	fd = -1;
	tried("store(-1, %" PRIu32 ", 7)", key);
	expect_result(&honest, ask_store(7), -EBADF);

	fd = not_a_map();
	tried("store(fd, %" PRIu32
	      ", 7) with a descriptor of /dev/null",
	      key);
	expect_result(&honest, ask_store(7), -EINVAL);
}

const struct check checks[] = {
	{ "stores_a_new_key", stores_a_new_key },
	{ "replaces_a_value", replaces_a_value },
	{ "knows_a_full_map", knows_a_full_map },
	{ "tells_the_truth_in_a_race", tells_the_truth_in_a_race },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
