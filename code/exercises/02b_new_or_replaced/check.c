/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"
#include "exercise.h"

#define THE_CALL    "02-update.md, \"The call\""
#define THE_PROGRAM "02-update.md, \"The program\""
#define TWO_AT_ONCE "02-update.md, \"Two at once\""
#define GOES_WRONG  "02-update.md, \"What goes wrong\""

RULE(is_new, THE_CALL, "BPF_NOEXIST",
     "A key that was absent is STORED_NEW, and the map holds its "
     "value.");
RULE(is_over, THE_CALL, "BPF_EXIST",
     "A key that was present is STORED_OVER: an insert with "
     "BPF_NOEXIST gets EEXIST, an update with BPF_EXIST goes "
     "through.");
RULE(full, GOES_WRONG, "E2BIG",
     "E2BIG is the kernel's word for a full map; the contract calls "
     "it -ENOSPC.");
RULE(full_but_present, GOES_WRONG, "E2BIG",
     "A present key needs no new room, so it can be replaced in a "
     "full map.");
RULE(truth, TWO_AT_ONCE, "BPF_NOEXIST",
     "A key that comes or goes between two calls is no failure, and "
     "what an earlier call said of it is old news: try again until "
     "one store goes through, however often that is; its flag tells "
     "what was there.");
RULE(honest, GOES_WRONG, "errno",
     "An error that says nothing about the key, or the room for it, "
     "is returned as it came.");

// The contract: the value is stored in one step.
static int stores(int at, struct world *w, struct outcome *o)
{
	struct contents *limits = &w->map[0];
	const uint64_t key = asked.request.arg[0];
	const bool present = find(limits, key);

	(void)at;
	o->result = present ? STORED_OVER : STORED_NEW;
	if (!add(limits, key, asked.request.arg[1]))
		o->result = -ENOSPC;
	return DONE;
}

static const struct contract contract = {
	.step = stores,
	.race_rule = &truth,
};

static int fd;
static uint32_t address;

static void question(const char *what)
{
	const uint64_t limit = a_value();

	asked.request = (struct request){ .fd = { fd },
					  .arg = { address, limit } };
	tried("store(fd, %" PRIu32 ", %" PRIu64 "), %s", address, limit,
	      what);
}

static void make_map(uint32_t room)
{
	fd = table(room);
	address = a_key();
	put_neighbours(fd, address);
}

static void absent_key(void)
{
	make_map(7);
	question("an absent key");
}

static void first_key(void)
{
	fd = table(1);
	address = a_key();
	question("an absent key, in an empty map");
}

static void present_key(void)
{
	make_map(7);
	question("a present key");
	put(fd, address, ~asked.request.arg[1]);
}

static void absent_in_a_full_map(void)
{
	make_map(4);
	question("an absent key, in a full map");
}

static void present_in_a_full_map(void)
{
	make_map(5);
	question("a present key, in a full map");
	put(fd, address, ~asked.request.arg[1]);
}

static void rival_deletes(void)
{
	drop(fd, address);
}

static void rival_inserts(void)
{
	insert(fd, address, random64());
}

static void rival_does_either(void)
{
	if (!removed(fd, address))
		insert(fd, address, random64());
}

static void rival_makes_room(void)
{
	drop(fd, ~address);
}

static const struct rival rivals[] = {
	{ "another process deletes it", rival_deletes },
	{ "another process inserts it", rival_inserts },
	{ "another process deletes it if it is there, and inserts it "
	  "if not",
	  rival_does_either },
	{ "another process deletes another key", rival_makes_room },
	{ NULL, NULL },
};

static void stores_a_new_key(void)
{
	ask_often(&contract, &is_new, absent_key);
	ask_often(&contract, &is_new, first_key);
}

static void replaces_a_value(void)
{
	ask_often(&contract, &is_over, present_key);
}

static void knows_a_full_map(void)
{
	ask_often(&contract, &full, absent_in_a_full_map);
	ask_often(&contract, &full_but_present, present_in_a_full_map);
}

static void tells_the_truth_in_a_race(void)
{
	ask_with_rivals(&contract, &truth, absent_key, rivals);
	ask_with_rivals(&contract, &truth, present_key, rivals);
	ask_with_rivals(&contract, &truth, absent_in_a_full_map,
			rivals);
	ask_with_rivals(&contract, &truth, present_in_a_full_map,
			rivals);
}

static void reports_what_is_broken(void)
{
	ask_frozen(&contract, &honest, absent_key, 0, -EPERM);
	ask_with_errors(&contract, &honest, absent_key);
	ask_with_errors(&contract, &honest, present_key);
	ask_with_errors(&contract, &honest, absent_in_a_full_map);
}

const struct check checks[] = {
	{ "stores_a_new_key", stores_a_new_key },
	{ "replaces_a_value", replaces_a_value },
	{ "knows_a_full_map", knows_a_full_map },
	{ "tells_the_truth_in_a_race", tells_the_truth_in_a_race },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
