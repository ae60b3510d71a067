/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "../classroom/judge.h"
#include "exercise.h"

static const struct rule found = {
	"A flow that is in the map is found: its bytes, and the "
	"return value 0.",
	"03-lookup.md, \"The call\"",
};
static const struct rule padding = {
	"The flow is in the map under a key with zeroed padding: the "
	"kernel compares all eight bytes, so zero the whole struct "
	"first.",
	"03-lookup.md, \"What goes wrong\"",
};
static const struct rule apart = {
	"Host and port together are the key: the same host with "
	"another port is another flow.",
	"03-lookup.md, \"The idea\"",
};
static const struct rule miss = {
	"No such flow is -ENOENT, and *bytes stays as it was: a miss "
	"is not a flow of zero bytes.",
	"03-lookup.md, \"The idea\"",
};
static const struct rule broken = {
	"Only ENOENT means that there is no such flow; every other "
	"error is returned as it came.",
	"03-lookup.md, \"What goes wrong\"",
};

static int fd;

static void add(uint32_t host, uint16_t port, uint64_t bytes)
{
	unsigned char key[sizeof(struct flow)] = { 0 };

	memcpy(key + offsetof(struct flow, host), &host, sizeof(host));
	memcpy(key + offsetof(struct flow, port), &port, sizeof(port));
	must("bpf_map_update_elem",
	     bpf_map_update_elem(fd, key, &bytes, BPF_ANY));
}

static struct reply ask_find_bytes(uint32_t host, uint16_t port,
				   uint64_t before)
{
	return call(.fd = { fd }, .arg = { host, port, before });
}

static void make_map(void)
{
	fd = map(BPF_MAP_TYPE_HASH, sizeof(struct flow),
		 sizeof(uint64_t), 16);
}

static void finds_a_flow(void)
{
	const uint32_t host = random_between(1, 999);
	const uint16_t port = (uint16_t)random_between(1, 65535);
	const uint64_t bytes = random64();
	struct reply r;

	make_map();
	add(host, port, bytes);
	tried("find_bytes(fd, %" PRIu32 ", %u, &bytes), a flow of "
	      "%" PRIu64 " bytes",
	      host, port, bytes);
	r = ask_find_bytes(host, port, 1);
	if (r.result == -ENOENT)
		expect_result(&padding, r, 0);
	expect_result(&found, r, 0);
	expect_u64(&found, "bytes", bytes, r.out[0]);
}

static void tells_flows_apart(void)
{
	const uint32_t host = random_between(1, 999);
	const uint16_t ports[] = {
		0,
		(uint16_t)random_between(1, 255),
		(uint16_t)random_between(256, 65535),
	};
	struct reply r;

	make_map();
	for (unsigned i = 0; i < 3; i++) {
		add(host, ports[i], 100 + i);
		add(host + 1, ports[i], 200 + i);
	}
	for (unsigned i = 0; i < 3; i++) {
		tried("find_bytes(fd, %" PRIu32
		      ", %u, &bytes), a flow of %u bytes beside "
		      "others of this host",
		      host, ports[i], 100 + i);
		r = ask_find_bytes(host, ports[i], 1);
		expect_result(&apart, r, 0);
		expect_u64(&apart, "bytes", 100 + i, r.out[0]);
	}
}

static void misses_politely(void)
{
	const uint64_t before = random64();
	struct reply r;

	make_map();
	add(1, 1, 1);
	tried("find_bytes(fd, 1, 2, &bytes), when there is no such "
	      "flow");
	r = ask_find_bytes(1, 2, before);
	expect_result(&miss, r, -ENOENT);
	expect_u64(&miss, "bytes", before, r.out[0]);
}

static void reports_what_is_broken(void)
{
	fd = -1;
	tried("find_bytes(-1, 1, 2, &bytes)");
	expect_result(&broken, ask_find_bytes(1, 2, 3), -EBADF);

	fd = not_a_map();
	tried("find_bytes(fd, 1, 2, &bytes) with a descriptor of "
	      "/dev/null");
	expect_result(&broken, ask_find_bytes(1, 2, 3), -EINVAL);
}

const struct check checks[] = {
	{ "finds_a_flow", finds_a_flow },
	{ "tells_flows_apart", tells_flows_apart },
	{ "misses_politely", misses_politely },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
