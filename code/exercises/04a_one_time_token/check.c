/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

#define THE_CALL    "04-lookup-and-delete.md, \"The call\""
#define LOOK_DELETE "04-lookup-and-delete.md, \"Look, then delete\""
#define GOES_WRONG  "04-lookup-and-delete.md, \"What goes wrong\""

RULE(takes, THE_CALL, "bpf_map_lookup_and_delete_elem",
     "To redeem is to take: the allowance comes out, the token is "
     "gone, and the others stay.");
RULE(twice, GOES_WRONG, "ENOENT",
     "A token that is not in the map is -ENOENT, and *allowance "
     "stays as it was.");
RULE(race, LOOK_DELETE, "delete",
     "Two processes redeemed one token: after a lookup, another one "
     "can be faster than your delete.");
RULE(lost, LOOK_DELETE, "never saw",
     "The allowance was read before the token was removed, and what "
     "was added in between is lost: read and remove in one step.");
RULE(broken, GOES_WRONG, "errno",
     "Only ENOENT means that the token is not there; every other "
     "error is returned as it came, and *allowance stays.");

// The contract: one step takes the token and what it is good for.
static int redeems(int at, struct world *w, struct outcome *o)
{
	struct contents *tokens = &w->map[0];
	struct entry *e = find(tokens, asked.request.arg[0]);

	(void)at;
	o->result = e ? 0 : -ENOENT;
	if (e) {
		o->out[0] = e->value[0];
		take_out(tokens, e);
	}
	return DONE;
}

static const struct contract contract = {
	.step = redeems,
	.outs = { "allowance" },
};

static int fd;
static uint32_t token;

static void question(const char *what)
{
	const uint64_t before = random64();

	asked.request = (struct request){ .fd = { fd },
					  .arg = { token, before } };
	asked.before[0] = before;
	tried("redeem(fd, %" PRIu32 ", &allowance), %s", token, what);
}

static void make_map(void)
{
	fd = table(7);
	token = a_key();
	put_neighbours(fd, token);
}

static void a_token(void)
{
	make_map();
	put(fd, token, a_value());
	question("a token that is in the map");
}

static void only_token(void)
{
	fd = table(1);
	token = a_key();
	put(fd, token, a_value());
	question("the only token of a full map");
}

static void no_token(void)
{
	make_map();
	question("when there is no such token");
}

static void same_token(void)
{
	question("once more");
}

static void rival_redeems(void)
{
	drop(fd, token);
}

static void rival_adds(void)
{
	uint64_t allowance;

	if (get(fd, token, &allowance))
		put(fd, token, allowance + random_between(1, 99));
}

static void rival_issues(void)
{
	insert(fd, token, random64());
}

static const struct rival rivals[] = {
	{ "another process redeems it", rival_redeems },
	{ NULL, NULL },
};
static const struct rival adders[] = {
	{ "the issuer adds to it", rival_adds },
	{ "the issuer gives it out anew", rival_issues },
	{ "another process redeems it", rival_redeems },
	{ NULL, NULL },
};

static void redeems_a_token(void)
{
	need_hash_take();
	ask_often(&contract, &takes, a_token);
	ask_often(&contract, &takes, only_token);
}

static void refuses_it_twice(void)
{
	ask_often(&contract, &twice, no_token);
	ask(&contract, &takes, only_token);
	ask(&contract, &twice, same_token);
}

static void wins_no_race(void)
{
	ask_with_rivals(&contract, &race, a_token, rivals);
	ask_with_rivals(&contract, &race, no_token, rivals);
}

static void loses_no_allowance(void)
{
	ask_with_rivals(&contract, &lost, a_token, adders);
	ask_with_rivals(&contract, &lost, no_token, adders);
}

static void reports_what_is_broken(void)
{
	ask_frozen(&contract, &broken, a_token, 0, -EPERM);
	ask_with_errors(&contract, &broken, a_token);
	ask_with_errors(&contract, &broken, no_token);
}

const struct check checks[] = {
	{ "redeems_a_token", redeems_a_token },
	{ "refuses_it_twice", refuses_it_twice },
	{ "wins_no_race", wins_no_race },
	{ "loses_no_allowance", loses_no_allowance },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
