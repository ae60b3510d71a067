/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../judge.h"
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
	"again until one of the two goes through.",
	"02-update.md, \"The idea\"",
};
static const struct rule honest = {
	"An error that is neither EEXIST, ENOENT nor E2BIG is "
	"returned as it came.",
	"02-update.md, \"What goes wrong\"",
};

static int fd;
static uint32_t key;

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

static void rival_deletes(void)
{
	drop(fd, key);
}

static void rival_inserts(void)
{
	put(fd, key, 77);
}

// Another process changes the key before call number `nth`. If the
// value is there afterwards, it was stored after that change.
static void race(int nth, bool present, uint64_t value)
{
	struct reply r;
	uint64_t found;

	fd = table(8);
	key = random_between(1, 999999);
	if (present)
		put(fd, key, 1);
	before_bpf_call(nth, present ? rival_deletes : rival_inserts);
	tried("store(fd, %" PRIu32 ", %" PRIu64
	      "), %s key, which another process %s before the %s "
	      "bpf(2) call that you make",
	      key, value, present ? "a present" : "an absent",
	      present ? "deletes" : "inserts", ordinal(nth));
	r = ask_store(value);
	if (!interfered() ||
	    (r.result >= 0 && present && !get(fd, key, &found)))
		return;
	expect_success(&again, r, "STORED_NEW or STORED_OVER");
	expect_result(&truth, r, present ? STORED_NEW : STORED_OVER);
	expect_entry(&truth, fd, key, value);
}

static void tells_the_truth_in_a_race(void)
{
	for (int nth = 1; nth <= 3; nth++) {
		race(nth, true, random64());
		race(nth, false, random64());
	}
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
