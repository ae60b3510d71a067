/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"
#include "exercise.h"

#define THE_CALL    "02-update.md, \"The call\""
#define TWO_AT_ONCE "02-update.md, \"Two at once\""
#define GOES_WRONG  "02-update.md, \"What goes wrong\""

RULE(stores, THE_CALL, "bpf_map_update_elem",
     "A claim of a free address stores its owner, all 64 bits of it, "
     "and returns 0.");
RULE(stays, TWO_AT_ONCE, "BPF_NOEXIST",
     "A claimed address stays with its owner: BPF_ANY overwrites, "
     "BPF_NOEXIST refuses.");
RULE(one_step, TWO_AT_ONCE, "BPF_NOEXIST",
     "The test and the store have to be one step of the kernel's: "
     "after a lookup, another process can be faster than your update.");
RULE(honest, GOES_WRONG, "E2BIG",
     "Only EEXIST means that the address is taken; every other error "
     "is returned as it came.");

// The contract: a free address gets its owner, if there is room.
static int claims(int at, struct world *w, struct outcome *o)
{
	struct contents *owners = &w->map[0];
	const uint64_t address = asked.request.arg[0];

	(void)at;
	if (find(owners, address))
		o->result = -EEXIST;
	else if (!add(owners, address, asked.request.arg[1]))
		o->result = -E2BIG;
	return DONE;
}

static const struct contract contract = {
	.step = claims,
	.race_rule = &one_step,
};

static int fd;
static uint32_t address;

static void question(const char *what)
{
	const uint64_t owner = a_value();

	asked.request = (struct request){ .fd = { fd },
					  .arg = { address, owner } };
	tried("claim(fd, %" PRIu32 ", %" PRIu64 "), %s", address, owner,
	      what);
}

static void free_address(void)
{
	fd = table(9);
	address = a_key();
	put_neighbours(fd, address);
	question("a free address");
}

static void claimed_address(void)
{
	fd = table(9);
	address = a_key();
	put_neighbours(fd, address);
	put(fd, address, random64());
	question("an address that has an owner");
}

static void own_address(void)
{
	claimed_address();
	put(fd, address, asked.request.arg[1]);
	question("an address that this owner has already");
	put(fd, address, asked.request.arg[1]);
}

static void full_map(void)
{
	fd = table(4);
	address = a_key();
	put_neighbours(fd, address);
	question("a free address, in a full map");
}

static void claimed_in_a_full_map(void)
{
	fd = table(5);
	address = a_key();
	put_neighbours(fd, address);
	put(fd, address, random64());
	question("an address that has an owner, in a full map");
}

static void rival_claims(void)
{
	insert(fd, address, random64());
}

static void rival_releases(void)
{
	drop(fd, address);
}

static void rival_fills(void)
{
	insert(fd, address ^ random_between(2, 9), random64());
}

static const struct rival rivals[] = {
	{ "another process claims it", rival_claims },
	{ "its owner releases it", rival_releases },
	{ "another process claims another address", rival_fills },
	{ NULL, NULL },
};

static void claims_a_free_address(void)
{
	ask_often(&contract, &stores, free_address);
}

static void keeps_the_first_owner(void)
{
	ask_often(&contract, &stays, claimed_address);
	ask_often(&contract, &stays, own_address);
	ask_often(&contract, &stays, claimed_in_a_full_map);
}

static void wins_no_race(void)
{
	ask_with_rivals(&contract, &one_step, free_address, rivals);
	ask_with_rivals(&contract, &one_step, claimed_address, rivals);
}

static void reports_what_is_broken(void)
{
	ask_often(&contract, &honest, full_map);
	ask_frozen(&contract, &honest, free_address, 0, -EPERM);
	ask_with_errors(&contract, &honest, free_address);
	ask_with_errors(&contract, &honest, claimed_address);
}

const struct check checks[] = {
	{ "claims_a_free_address", claims_a_free_address },
	{ "keeps_the_first_owner", keeps_the_first_owner },
	{ "wins_no_race", wins_no_race },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
