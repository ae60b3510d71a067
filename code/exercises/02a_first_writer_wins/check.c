/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

static const struct rule stores = {
	"A claim of a free name stores the owner, all 64 bits of it, "
	"and returns 0.",
	"02-update.md, \"The call\"",
};
static const struct rule stays = {
	"A taken name stays with its owner: BPF_ANY overwrites, "
	"BPF_NOEXIST refuses.",
	"02-update.md, \"The program\"",
};
static const struct rule minus = {
	"A refused claim returns -EEXIST, as the call itself does: "
	"negative, and not -1.",
	"02-update.md, \"What goes wrong\"",
};
static const struct rule one_step = {
	"Test and store must be one step of the kernel's: after a "
	"lookup, another process can be faster than your update.",
	"02-update.md, \"The idea\"",
};
static const struct rule honest = {
	"Only EEXIST means that the name is taken; every other error "
	"is returned as it came.",
	"02-update.md, \"What goes wrong\"",
};

static int fd;
static uint32_t name;
static uint64_t rival;

static struct reply ask_claim(uint32_t wanted, uint64_t owner)
{
	return call(.fd = { fd }, .arg = { wanted, owner });
}

static void claims_a_free_name(void)
{
	const uint64_t owner = random64();

	fd = table(8);
	name = random32();
	tried("claim(fd, %" PRIu32 ", %" PRIu64 "), a free name", name,
	      owner);
	expect_result(&stores, ask_claim(name, owner), 0);
	expect_entry(&stores, fd, name, owner);
	expect_entries(&stores, fd, 1);
}

static void keeps_the_first_owner(void)
{
	const uint64_t first = random64(), second = random64();
	struct reply r;

	fd = table(8);
	name = random32();
	put(fd, name, first);
	tried("claim(fd, %" PRIu32 ", %" PRIu64
	      "), a name that belongs to %" PRIu64,
	      name, second, first);
	r = ask_claim(name, second);
	expect_entry(&stays, fd, name, first);
	expect_result(&minus, r, -EEXIST);

	tried("claim(fd, %" PRIu32 ", %" PRIu64
	      "), by the owner who has it",
	      name, first);
	expect_result(&minus, ask_claim(name, first), -EEXIST);
}

static void rival_claims(void)
{
	put(fd, name, rival);
}

static void wins_no_race(void)
{
	const uint64_t owner = random64();
	struct reply r;

	for (int nth = 2;; nth++) {
		fd = table(8);
		name = random32();
		rival = random64();
		before_bpf_call(nth, rival_claims);
		tried("claim(fd, %" PRIu32 ", %" PRIu64
		      "), while another process claims it for %" PRIu64
		      " before the %s bpf(2) call that you make",
		      name, owner, rival, ordinal(nth));
		r = ask_claim(name, owner);
		if (!interfered())
			break; // it made fewer calls
		expect_entry(&one_step, fd, name, rival);
		expect_result(&one_step, r, -EEXIST);
	}
}

static void reports_what_is_broken(void)
{
	fd = table(1);
	put(fd, 1, 1);
	name = random_between(2, UINT32_MAX);
	tried("claim(fd, %" PRIu32 ", 7) in a full map", name);
	expect_result(&honest, ask_claim(name, 7), -E2BIG);

	fd = -1;
	tried("claim(-1, %" PRIu32 ", 7)", name);
	expect_result(&honest, ask_claim(name, 7), -EBADF);

	fd = not_a_map();
	tried("claim(fd, %" PRIu32
	      ", 7) with a descriptor of /dev/null",
	      name);
	expect_result(&honest, ask_claim(name, 7), -EINVAL);
}

const struct check checks[] = {
	{ "claims_a_free_name", claims_a_free_name },
	{ "keeps_the_first_owner", keeps_the_first_owner },
	{ "wins_no_race", wins_no_race },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
