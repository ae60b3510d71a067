/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

static const struct rule stored = {
	"A setting that is stored is returned as it is stored, with "
	"the return value 0.",
	"03-lookup.md, \"The call\"",
};
static const struct rule absent = {
	"ENOENT is an answer: the setting is absent, so its default "
	"holds, and the return value is 0.",
	"03-lookup.md, \"The idea\"",
};
static const struct rule zero = {
	"A stored 0 is a value: only the errno tells whether a key "
	"is there, never the value.",
	"03-lookup.md, \"The idea\"",
};
static const struct rule reading = {
	"A lookup only reads: a default that is stored is no default "
	"any more.",
	"03-lookup.md, \"The program\"",
};
static const struct rule broken = {
	"Only ENOENT means absent; every other error means that "
	"nobody knows, and is returned as it came.",
	"03-lookup.md, \"What goes wrong\"",
};
static const struct rule untouched = {
	"On an error *value stays as it was: write to it only when "
	"you know what to write.",
	"03-lookup.md, \"The program\"",
};

static int fd;

static struct reply ask_get_setting(uint32_t setting, uint64_t fallback,
				    uint64_t before)
{
	return call(.fd = { fd }, .arg = { setting, fallback, before });
}

static void finds_a_value(void)
{
	uint32_t settings[3];
	uint64_t value;
	struct reply r;

	fd = table(8);
	random_distinct(settings, 3);
	for (int i = 0; i < 3; i++)
		put(fd, settings[i], random64());
	for (int i = 0; i < 3; i++) {
		get(fd, settings[i], &value);
		tried("get_setting(fd, %" PRIu32
		      ", 5, &value), when %" PRIu64 " is stored",
		      settings[i], value);
		r = ask_get_setting(settings[i], 5, 1);
		expect_result(&stored, r, 0);
		expect_u64(&stored, "value", value, r.out[0]);
	}
}

static void falls_back(void)
{
	uint32_t settings[2];
	const uint64_t fallback = random64();
	struct reply r;

	fd = table(8);
	random_distinct(settings, 2);
	put(fd, settings[0], 1);
	tried("get_setting(fd, %" PRIu32 ", %" PRIu64
	      ", &value), an absent setting",
	      settings[1], fallback);
	r = ask_get_setting(settings[1], fallback, 3);
	expect_result(&absent, r, 0);
	expect_u64(&absent, "value", fallback, r.out[0]);
}

static void keeps_a_stored_zero(void)
{
	const uint32_t setting = random_between(1, 999999);
	struct reply r;

	fd = table(8);
	put(fd, setting, 0);
	tried("get_setting(fd, %" PRIu32
	      ", 60, &value), when 0 is stored",
	      setting);
	r = ask_get_setting(setting, 60, 3);
	expect_result(&zero, r, 0);
	expect_u64(&zero, "value", 0, r.out[0]);
}

static void only_reads(void)
{
	const uint32_t setting = random_between(1, 999999);

	fd = table(8);
	tried("get_setting(fd, %" PRIu32
	      ", 60, &value) in an empty map",
	      setting);
	ask_get_setting(setting, 60, 3);
	expect_entries(&reading, fd, 0);
}

static void expect_trouble(int want)
{
	const uint64_t before = random64();
	const struct reply r = ask_get_setting(1, 60, before);

	expect_result(&broken, r, want);
	expect_u64(&untouched, "value", before, r.out[0]);
}

static void tells_absent_from_broken(void)
{
	fd = -1;
	tried("get_setting(-1, 1, 60, &value)");
	expect_trouble(-EBADF);

	fd = not_a_map();
	tried("get_setting(fd, 1, 60, &value) with a descriptor of "
	      "/dev/null");
	expect_trouble(-EINVAL);

	fd = map_with_flags(BPF_MAP_TYPE_HASH, 4, 8, 8, BPF_F_WRONLY);
	tried("get_setting(fd, 1, 60, &value) with a descriptor that "
	      "may only write");
	expect_trouble(-EPERM);
}

const struct check checks[] = {
	{ "finds_a_value", finds_a_value },
	{ "falls_back", falls_back },
	{ "keeps_a_stored_zero", keeps_a_stored_zero },
	{ "only_reads", only_reads },
	{ "tells_absent_from_broken", tells_absent_from_broken },
	{ NULL, NULL },
};
