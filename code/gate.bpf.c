/* SPDX-License-Identifier: MIT */

// Looks up where each packet comes from, and drops what is blocked.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "gate.h"

// A lookup finds the longest prefix. Each table is pinned by name.
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RULES);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct prefix);
	__type(value, struct rule);
} blocked SEC(".maps");

// What each rule has dropped. Every CPU has a count of its own.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, RULES);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct prefix);
	__type(value, __u64);
} drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TOTALS);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, __u64);
} totals SEC(".maps");

// News for whoever watches.
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} events SEC(".maps");

// The value is this CPU's. Nobody else adds to it: there is no lock.
static void count(void *map, const void *key)
{
	const __u64 zero = 0;
	__u64 *value = bpf_map_lookup_elem(map, key);

	if (!value) {
		bpf_map_update_elem(map, key, &zero, BPF_NOEXIST);
		value = bpf_map_lookup_elem(map, key);
	}
	if (value)
		++*value;
}

// What lies behind the end may not be read, or nothing is loaded.
static int source(struct xdp_md *packet, struct prefix *from)
{
	void *end = (void *)(long)packet->data_end;
	struct ethhdr *ethernet = (void *)(long)packet->data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct ipv6hdr *ipv6 = (void *)(ethernet + 1);

	if ((void *)(ip + 1) > end)
		return 0;
	from->bits = 128;
	if (ethernet->h_proto == bpf_htons(ETH_P_IP)) {
		from->address[10] = from->address[11] = 0xff;
		__builtin_memcpy(from->address + 12, &ip->saddr, 4);
	} else if (ethernet->h_proto == bpf_htons(ETH_P_IPV6) &&
		   (void *)(ipv6 + 1) <= end) {
		__builtin_memcpy(from->address, &ipv6->saddr, 16);
	} else {
		return 0;
	}
	return 1;
}

static int over(const struct rule *rule)
{
	return rule->until &&
	       rule->until <= bpf_ktime_get_boot_ns() / 1000000000;
}

SEC("xdp")
int gate(struct xdp_md *packet)
{
	const __u32 passed = PASSED, dropped = DROPPED, untold = UNTOLD;
	struct prefix from = { 0 }, key;
	struct rule *rule = NULL;

	if (source(packet, &from))
		rule = bpf_map_lookup_elem(&blocked, &from);

	// One that is over is none. There are 128 shorter prefixes.
	key = from;
	for (int i = 0; i < 128 && rule && over(rule); i++) {
		key.bits = rule->prefix.bits - 1;
		rule = bpf_map_lookup_elem(&blocked, &key);
	}
	if (!rule || over(rule)) {
		count(&totals, &passed);
		return XDP_PASS;
	}
	count(&totals, &dropped);
	count(&drops, &rule->prefix);

	// Without room in the buffer nobody is told. Count that.
	struct drop drop = { from, rule->prefix };
	if (bpf_ringbuf_output(&events, &drop, sizeof(drop), 0))
		count(&totals, &untold);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "MIT";
