/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

#define THE_CALL   "05-delete.md, \"The call\""
#define THE_IDEA   "05-delete.md, \"The idea\""
#define GOES_WRONG "05-delete.md, \"What goes wrong\""

RULE(removes, THE_CALL, "bpf_map_delete_elem",
     "forget() removes the entry of this address, and no other, and "
     "returns 1.");
RULE(twice, GOES_WRONG, "ENOENT",
     "If all you want is that the key is gone, -ENOENT is as good as "
     "success: return 0.");
RULE(own, THE_IDEA, "delete",
     "Only the delete itself knows whether it removed something: "
     "after a lookup, another process can be faster.");
RULE(broken, GOES_WRONG, "errno",
     "Only ENOENT means that the address is not there; every other "
     "error is returned as it came, for nothing was forgotten.");

// The contract: one step removes the entry, if there is one.
static int forgets(int at, struct world *w, struct outcome *o)
{
	struct contents *counters = &w->map[0];
	struct entry *e = find(counters, asked.request.arg[0]);

	(void)at;
	o->result = e ? 1 : 0;
	if (e)
		take_out(counters, e);
	return DONE;
}

static const struct contract contract = {
	.step = forgets,
	.race_rule = &own,
};

static int fd;
static uint32_t address;

static void question(const char *what)
{
	asked.request =
		(struct request){ .fd = { fd }, .arg = { address } };
	tried("forget(fd, %" PRIu32 "), %s", address, what);
}

static void make_map(void)
{
	fd = table(7);
	address = a_key();
	put_neighbours(fd, address);
}

static void a_known_address(void)
{
	make_map();
	put(fd, address, a_value());
	question("one of five addresses");
}

static void the_only_address(void)
{
	fd = table(1);
	address = a_key();
	put(fd, address, a_value());
	question("the only address");
}

static void an_unknown_address(void)
{
	make_map();
	question("an address that is not in the map");
}

static void the_same_address(void)
{
	question("once more");
}

static void in_an_array(void)
{
	fd = map(BPF_MAP_TYPE_ARRAY, 4, 8, 7);
	address = random_between(0, 6);
	put(fd, address, a_value());
	question("in an array, whose entries cannot be removed");
	asked.refusal = -EINVAL;
}

static void rival_forgets(void)
{
	drop(fd, address);
}

static void rival_counts(void)
{
	put(fd, address, random64());
}

static const struct rival rivals[] = {
	{ "another process forgets it", rival_forgets },
	{ "the program at the door sees it again", rival_counts },
	{ NULL, NULL },
};

static void forgets_an_address(void)
{
	ask_often(&contract, &removes, a_known_address);
	ask_often(&contract, &removes, the_only_address);
}

static void forgets_twice(void)
{
	ask_often(&contract, &twice, an_unknown_address);
	ask(&contract, &removes, the_only_address);
	ask(&contract, &twice, the_same_address);
}

static void counts_only_its_own(void)
{
	ask_with_rivals(&contract, &own, a_known_address, rivals);
	ask_with_rivals(&contract, &own, an_unknown_address, rivals);
}

static void reports_what_is_broken(void)
{
	ask_often(&contract, &broken, in_an_array);
	ask_frozen(&contract, &broken, a_known_address, 0, -EPERM);
	ask_with_errors(&contract, &broken, a_known_address);
	ask_with_errors(&contract, &broken, an_unknown_address);
}

const struct check checks[] = {
	{ "forgets_an_address", forgets_an_address },
	{ "forgets_twice", forgets_twice },
	{ "counts_only_its_own", counts_only_its_own },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
