/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

static const struct rule takes = {
	"To redeem is to take: the worth comes out, the token is "
	"gone, and the others stay.",
	"04-lookup-and-delete.md, \"The idea\"",
};
static const struct rule twice = {
	"A token that is not in the map is -ENOENT, and *worth stays "
	"as it was.",
	"04-lookup-and-delete.md, \"What goes wrong\"",
};
static const struct rule race = {
	"Two tills redeemed one token: after a lookup, another till "
	"can be faster than your delete.",
	"04-lookup-and-delete.md, \"The idea\"",
};
static const struct rule worth_rule = {
	"The worth was read before the token was removed, and what "
	"was added in between is lost: read and remove in one step.",
	"04-lookup-and-delete.md, \"The idea\"",
};
static const struct rule broken = {
	"Only ENOENT means that the token is not there; every other "
	"error is returned as it came.",
	"04-lookup-and-delete.md, \"What goes wrong\"",
};

static int fd;
static uint32_t token;
static uint64_t added;

static struct reply ask_redeem(uint64_t before)
{
	return call(.fd = { fd }, .arg = { token, before });
}

static void redeems_a_token(void)
{
	const uint64_t worth = random64();
	struct reply r;

	need_hash_take();
	fd = table(8);
	token = random_between(2, 999999);
	put(fd, token, worth);
	put(fd, 1, 5);
	tried("redeem(fd, %" PRIu32 ", &worth), a token of %" PRIu64
	      " cents",
	      token, worth);
	r = ask_redeem(1);
	expect_result(&takes, r, 0);
	expect_u64(&takes, "worth", worth, r.out[0]);
	expect_absent(&takes, fd, token);
	expect_entry(&takes, fd, 1, 5);
}

static void refuses_it_twice(void)
{
	const uint64_t before = random64();
	struct reply r;

	fd = table(8);
	token = random_between(1, 999999);
	put(fd, token, 50);
	tried("redeem(fd, %" PRIu32 ", &worth), then once more", token);
	ask_redeem(1);
	r = ask_redeem(before);
	expect_result(&twice, r, -ENOENT);
	expect_u64(&twice, "worth", before, r.out[0]);
}

static void rival_redeems(void)
{
	drop(fd, token);
}

static void wins_no_race(void)
{
	struct reply r;

	for (int nth = 2;; nth++) {
		fd = table(8);
		token = random_between(1, 999999);
		put(fd, token, 50);
		before_bpf_call(nth, rival_redeems);
		tried("redeem(fd, %" PRIu32 ", &worth), while another "
		      "till redeems it before the %s bpf(2) call "
		      "that you make",
		      token, ordinal(nth));
		r = ask_redeem(1);
		if (!interfered())
			break; // it made fewer calls
		expect_result(&race, r, -ENOENT);
	}
}

static void rival_adds(void)
{
	uint64_t worth;

	if (get(fd, token, &worth))
		put(fd, token, worth + added);
	else
		added = 0; // taken already: nothing to add to
}

static void loses_no_worth(void)
{
	const uint64_t worth = random_between(100, 999);
	struct reply r;

	for (int nth = 2;; nth++) {
		fd = table(8);
		token = random_between(1, 999999);
		added = random_between(1, 99);
		put(fd, token, worth);
		before_bpf_call(nth, rival_adds);
		tried("redeem(fd, %" PRIu32 ", &worth), a token of "
		      "%" PRIu64 " cents, to which another till adds "
		      "%" PRIu64
		      " before the %s bpf(2) call that you make",
		      token, worth, added, ordinal(nth));
		r = ask_redeem(1);
		if (!interfered())
			break;
		expect_result(&takes, r, 0);
		expect_u64(&worth_rule, "worth", worth + added,
			   r.out[0]);
	}
}

static void reports_what_is_broken(void)
{
	token = random_between(1, 999999);
	fd = -1;
	tried("redeem(-1, %" PRIu32 ", &worth)", token);
	expect_result(&broken, ask_redeem(1), -EBADF);

	fd = not_a_map();
	tried("redeem(fd, %" PRIu32
	      ", &worth) with a descriptor of /dev/null",
	      token);
	expect_result(&broken, ask_redeem(1), -EINVAL);
}

const struct check checks[] = {
	{ "redeems_a_token", redeems_a_token },
	{ "refuses_it_twice", refuses_it_twice },
	{ "wins_no_race", wins_no_race },
	{ "loses_no_worth", loses_no_worth },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
