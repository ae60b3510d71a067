/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

static const struct rule removes = {
	"forget() removes the entry of this user, and no other, and "
	"returns 1.",
	"05-delete.md, \"The call\"",
};
static const struct rule twice = {
	"If all you want is that the key is gone, ENOENT is as good "
	"as success: return 0.",
	"05-delete.md, \"What goes wrong\"",
};
static const struct rule own = {
	"Only the delete itself knows whether it removed something: "
	"after a lookup, another process can be faster.",
	"05-delete.md, \"The idea\"",
};
static const struct rule broken = {
	"Only ENOENT means that the user is not there; every other "
	"error is returned as it came, for nothing was forgotten.",
	"05-delete.md, \"What goes wrong\"",
};

static int fd;
static uint32_t user;

static struct reply ask_forget(void)
{
	return call(.fd = { fd }, .arg = { user });
}

static void forgets_a_user(void)
{
	uint32_t users[3];

	fd = table(8);
	random_distinct(users, 3);
	for (int i = 0; i < 3; i++)
		put(fd, users[i], random64());
	user = users[1];
	tried("forget(fd, %" PRIu32 "), one of three users", user);
	expect_result(&removes, ask_forget(), 1);
	expect_absent(&removes, fd, user);
	expect_entries(&removes, fd, 2);
}

static void forgets_twice(void)
{
	fd = table(8);
	user = random_between(1, 999999);
	put(fd, user, 1);
	tried("forget(fd, %" PRIu32 "), then once more", user);
	ask_forget();
	expect_result(&twice, ask_forget(), 0);
}

static void rival_forgets(void)
{
	drop(fd, user);
}

static void counts_only_its_own(void)
{
	struct reply r;

	for (int nth = 2;; nth++) {
		fd = table(8);
		user = random_between(1, 999999);
		put(fd, user, 1);
		before_bpf_call(nth, rival_forgets);
		tried("forget(fd, %" PRIu32 "), while another process "
		      "forgets this user before the %s bpf(2) call "
		      "that you make",
		      user, ordinal(nth));
		r = ask_forget();
		if (!interfered())
			break; // it made fewer calls
		expect_result(&own, r, 0);
	}
}

static void reports_what_is_broken(void)
{
	user = random_between(1, 7);
	fd = map(BPF_MAP_TYPE_ARRAY, 4, 8, 8);
	tried("forget(fd, %" PRIu32
	      ") in an array, whose entries cannot be removed",
	      user);
	expect_result(&broken, ask_forget(), -EINVAL);

	fd = table(8);
	put(fd, user, 1);
	must("bpf_map_freeze", bpf_map_freeze(fd));
	tried("forget(fd, %" PRIu32
	      "), a user in a frozen map, which can only be read",
	      user);
	expect_result(&broken, ask_forget(), -EPERM);

	fd = -1;
	tried("forget(-1, %" PRIu32 ")", user);
	expect_result(&broken, ask_forget(), -EBADF);
}

const struct check checks[] = {
	{ "forgets_a_user", forgets_a_user },
	{ "forgets_twice", forgets_twice },
	{ "counts_only_its_own", counts_only_its_own },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
