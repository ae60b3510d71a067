/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "../classroom/judge.h"
#include "exercise.h"

#define THE_CALL   "03-lookup.md, \"The call\""
#define A_MISS	   "03-lookup.md, \"A miss is an answer\""
#define PADDING	   "03-lookup.md, \"Padding is part of the key\""
#define GOES_WRONG "03-lookup.md, \"What goes wrong\""

RULE(found, THE_CALL, "bpf_map_lookup_elem",
     "A flow that is in the map is found: its bytes, and the return "
     "value 0.");
RULE(padding, PADDING, "memset",
     "The flow is in the map under a key with zeroed padding: the "
     "kernel compares all eight bytes, so zero the whole struct "
     "first.");
RULE(apart, PADDING, "key",
     "Host and port together are the key: the same host with another "
     "port is another flow.");
RULE(miss, A_MISS, "ENOENT",
     "No such flow is -ENOENT, and *bytes stays as it was: a miss is "
     "not a flow of zero bytes.");
RULE(race_rule, THE_CALL, "bpf_map_lookup_elem",
     "What you return has to be what one lookup found: between two "
     "calls the flow may come, grow or end.");
RULE(broken, GOES_WRONG, "errno",
     "Only ENOENT means that there is no such flow; every other "
     "error is returned as it came, and *bytes stays.");

// A key as the program at the door stores it.
static uint64_t key_of(uint32_t host, uint16_t port)
{
	unsigned char bytes[sizeof(struct flow)] = { 0 };
	uint64_t key;

	memcpy(bytes + offsetof(struct flow, host), &host,
	       sizeof(host));
	memcpy(bytes + offsetof(struct flow, port), &port,
	       sizeof(port));
	memcpy(&key, bytes, sizeof(key));
	return key;
}

static uint64_t the_key(void)
{
	return key_of((uint32_t)asked.request.arg[0],
		      (uint16_t)asked.request.arg[1]);
}

// The contract: the bytes of this flow, if there is one.
static int finds(int at, struct world *w, struct outcome *o)
{
	const struct entry *e = find(&w->map[0], the_key());

	(void)at;
	o->result = e ? 0 : -ENOENT;
	if (e)
		o->out[0] = e->value[0];
	return DONE;
}

static const struct contract contract = {
	.step = finds,
	.outs = { "bytes" },
	.race_rule = &race_rule,
};

static int fd;
static uint32_t host;
static uint16_t port;

static void add_flow(uint32_t of_host, uint16_t of_port, uint64_t bytes)
{
	const uint64_t key = key_of(of_host, of_port);

	must("bpf_map_update_elem",
	     bpf_map_update_elem(fd, &key, &bytes, BPF_ANY));
}

static void question(const char *what)
{
	const uint64_t before = random64();

	asked.request =
		(struct request){ .fd = { fd },
				  .arg = { host, port, before } };
	asked.before[0] = before;
	tried("find_bytes(fd, %" PRIu32 ", %u, &bytes), %s", host, port,
	      what);
}

// Flows that are nearly this one, but not quite.
static void make_map(void)
{
	fd = map(BPF_MAP_TYPE_HASH, sizeof(struct flow),
		 sizeof(uint64_t), 11);
	host = a_key();
	port = (uint16_t)(a_key() | 2);
	add_flow(host, (uint16_t)(port ^ 1), random64());
	add_flow(host, (uint16_t)(port ^ 0x100), random64());
	add_flow(host, (uint16_t)(port ^ 0x8000), random64());
	add_flow(host ^ 1, port, random64());
	add_flow(host ^ UINT32_C(0x10000), port, random64());
	add_flow(~host, port, random64());
}

static void a_flow(void)
{
	make_map();
	add_flow(host, port, a_value());
	question("a flow that is in the map");
}

static void portless_flow(void)
{
	make_map();
	port = 0;
	add_flow(host, port, a_value());
	question("a flow that is in the map");
}

static void no_flow(void)
{
	make_map();
	if (port)
		add_flow(host, 0, a_value());
	question("when there is no such flow, but others of this host");
}

static void no_such_host(void)
{
	make_map();
	host ^= 4;
	question("when there is no flow of this host");
}

static void empty_map(void)
{
	fd = map(BPF_MAP_TYPE_HASH, sizeof(struct flow),
		 sizeof(uint64_t), 1);
	host = a_key();
	port = 80;
	question("in an empty map");
}

static void only_writable(void)
{
	fd = map_with_flags(BPF_MAP_TYPE_HASH, sizeof(struct flow),
			    sizeof(uint64_t), 8, BPF_F_WRONLY);
	host = a_key();
	port = 80;
	add_flow(host, port, 1);
	question("with a descriptor that may only write");
	asked.refusal = -EPERM;
}

static void rival_counts(void)
{
	add_flow(host, port, random64());
}

static void rival_ends_it(void)
{
	const uint64_t key = key_of(host, port);

	bpf_map_delete_elem(fd, &key);
}

static const struct rival rivals[] = {
	{ "the program at the door counts more bytes", rival_counts },
	{ "the flow ends and is removed", rival_ends_it },
	{ NULL, NULL },
};

// Whether the key that was looked up is the right one but for its
// padding. The judge reads it where the player has it.
static bool padding_it_was(void)
{
	const uint64_t members = key_of(UINT32_MAX, UINT16_MAX);
	uint64_t key;

	return key_of_last_call(&key) && (key & members) == the_key() &&
	       key != the_key();
}

static void judge_key(const struct history *h, const struct reply *r,
		      bool failed)
{
	struct outcome o = { .result = 0 };
	struct world w = h->moments[0].world;

	(void)failed;
	memcpy(o.out, asked.before, sizeof(o.out));
	finds(0, &w, &o);
	if (r->result == -ENOENT && padding_it_was())
		expect_result(&padding, *r, o.result);
	expect_result(now_rule, *r, o.result);
	expect_u64(now_rule, "bytes", o.out[0], r->out[0]);
	expect_unchanged(now_rule, h, 0);
}

static const struct contract quiet = {
	.judge = judge_key,
	.outs = { "bytes" },
};

static void finds_a_flow(void)
{
	ask_often(&quiet, &found, a_flow);
	ask_frozen(&quiet, &found, a_flow, 0, 0);
}

static void tells_flows_apart(void)
{
	ask_often(&quiet, &apart, portless_flow);
	ask_often(&quiet, &apart, no_flow);
	ask_often(&quiet, &apart, a_flow);
}

static void misses_politely(void)
{
	ask_often(&quiet, &miss, empty_map);
	ask_often(&quiet, &miss, no_such_host);
}

static void tells_what_one_lookup_found(void)
{
	ask_with_rivals(&contract, &race_rule, a_flow, rivals);
	ask_with_rivals(&contract, &race_rule, no_flow, rivals);
}

static void reports_what_is_broken(void)
{
	ask(&contract, &broken, only_writable);
	ask_with_errors(&contract, &broken, a_flow);
	ask_with_errors(&contract, &broken, no_flow);
}

const struct check checks[] = {
	{ "finds_a_flow", finds_a_flow },
	{ "misses_politely", misses_politely },
	{ "tells_flows_apart", tells_flows_apart },
	{ "tells_what_one_lookup_found", tells_what_one_lookup_found },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
