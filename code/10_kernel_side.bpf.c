/* SPDX-License-Identifier: MIT */

// Counts the programs that start on this machine, by name.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

// What is kept under a name. These words are for more than you: the
// compiler writes them beside the code (BTF), and the map gets them.
struct start {
	__u32 count, latest;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, char[16]);
	__type(value, struct start);
} starts SEC(".maps");

// A constant, which user space may set until the program is loaded.
// With 10, about one start in ten is counted.
const volatile __u32 every = 1;

// A clock. This side only reads it: user space sets it, any time.
__u32 now = 1;

// How many starts went uncounted. This side adds, user space reads.
__u64 lost;

// The kernel comes by here when a process has become another program,
// and bears its name.
SEC("raw_tp/sched_process_exec")
int count_start(void *context)
{
	const struct start none = { 0 };
	struct start *start;
	char name[16];

	if (every > 1 && bpf_get_prandom_u32() % every)
		return 0;
	bpf_get_current_comm(name, sizeof(name));

	// Here a lookup gives the address of the value. If there is
	// none, two CPUs may insert at once: one does, and both look.
	start = bpf_map_lookup_elem(&starts, name);
	if (!start) {
		bpf_map_update_elem(&starts, name, &none, BPF_NOEXIST);
		start = bpf_map_lookup_elem(&starts, name);
	}
	if (!start) {
		__sync_fetch_and_add(&lost, 1);
		return 0;
	}
	__sync_fetch_and_add(&start->count, 1);
	start->latest = now;
	return 0;
}

char LICENSE[] SEC("license") = "MIT";
