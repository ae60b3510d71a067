/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"

#define THE_CALL   "03-lookup.md, \"The call\""
#define A_MISS	   "03-lookup.md, \"A miss is an answer\""
#define GOES_WRONG "03-lookup.md, \"What goes wrong\""

RULE(stored, THE_CALL, "bpf_map_lookup_elem",
     "A limit that is stored is returned as it is stored, with the "
     "return value 0.");
RULE(absent, A_MISS, "ENOENT",
     "-ENOENT is an answer: no limit is stored, so the default "
     "holds, and the return value is 0.");
RULE(zero, A_MISS, "ENOENT",
     "A stored 0 is a value: only the errno tells whether a key is "
     "there, never the value.");
RULE(reading, A_MISS, "ENOENT",
     "A lookup only reads: a default that is stored is no default "
     "any more.");
RULE(race_rule, THE_CALL, "bpf_map_lookup_elem",
     "What you return has to be what one lookup found: between two "
     "calls another process can change the limit.");
RULE(broken, GOES_WRONG, "errno",
     "Only ENOENT means absent; every other error means that nobody "
     "knows, and is returned as it came.");
RULE(untouched, GOES_WRONG, "errno",
     "On an error *limit stays as it was: write to it only when you "
     "know what to write.");

// The contract: what is stored, or else the default.
static int gets(int at, struct world *w, struct outcome *o)
{
	const struct entry *e = find(&w->map[0], asked.request.arg[0]);

	(void)at;
	o->result = 0;
	o->out[0] = e ? e->value[0] : asked.request.arg[1];
	return DONE;
}

static const struct contract contract = {
	.step = gets,
	.outs = { "limit" },
	.map_rule = &reading,
	.race_rule = &race_rule,
};
static const struct contract failing = {
	.step = gets,
	.outs = { "limit" },
	.out_rule = &untouched,
};

static int fd;
static uint32_t address;

static void question(const char *what)
{
	const uint64_t fallback = a_value(), before = random64();

	asked.request = (struct request){
		.fd = { fd }, .arg = { address, fallback, before }
	};
	asked.before[0] = before;
	tried("get_limit(fd, %" PRIu32 ", %" PRIu64 ", &limit), %s",
	      address, fallback, what);
}

static void make_map(void)
{
	fd = table(7);
	address = a_key();
	put_neighbours(fd, address);
}

static void stored_limit(void)
{
	make_map();
	put(fd, address, a_value() | 1);
	question("an address that has a limit");
}

static void stored_zero(void)
{
	make_map();
	put(fd, address, 0);
	question("an address with the limit 0");
}

static void no_limit(void)
{
	make_map();
	question("an address without a limit");
}

static void empty_map(void)
{
	fd = table(1);
	address = a_key();
	question("in an empty map");
}

static void only_writable(void)
{
	fd = map_with_flags(BPF_MAP_TYPE_HASH, 4, 8, 8, BPF_F_WRONLY);
	address = a_key();
	put(fd, address, a_value());
	question("with a descriptor that may only write");
	asked.refusal = -EPERM;
}

static void rival_stores(void)
{
	put(fd, address, random64());
}

static void rival_deletes(void)
{
	drop(fd, address);
}

static const struct rival rivals[] = {
	{ "another process stores a limit", rival_stores },
	{ "another process deletes it", rival_deletes },
	{ NULL, NULL },
};

static void finds_a_value(void)
{
	ask_often(&contract, &stored, stored_limit);
	ask_frozen(&contract, &stored, stored_limit, 0, 0);
}

static void falls_back(void)
{
	ask_often(&contract, &absent, no_limit);
	ask_often(&contract, &absent, empty_map);
	ask_frozen(&contract, &absent, no_limit, 0, 0);
}

static void keeps_a_stored_zero(void)
{
	ask_often(&contract, &zero, stored_zero);
}

static void tells_what_one_lookup_found(void)
{
	ask_with_rivals(&contract, &race_rule, stored_limit, rivals);
	ask_with_rivals(&contract, &race_rule, no_limit, rivals);
}

static void tells_absent_from_broken(void)
{
	ask(&failing, &broken, only_writable);
	ask_with_errors(&failing, &broken, stored_limit);
	ask_with_errors(&failing, &broken, no_limit);
}

const struct check checks[] = {
	{ "finds_a_value", finds_a_value },
	{ "falls_back", falls_back },
	{ "keeps_a_stored_zero", keeps_a_stored_zero },
	{ "tells_what_one_lookup_found", tells_what_one_lookup_found },
	{ "tells_absent_from_broken", tells_absent_from_broken },
	{ NULL, NULL },
};
