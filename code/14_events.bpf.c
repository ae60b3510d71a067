/* SPDX-License-Identifier: MIT */

// Tells user space of every packet, in the order in which they came.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

// An event takes 8 bytes, and 8 more for a header.
struct event {
	__u32 number, bytes;
};

// No keys and no values. The size is in bytes: a power of two, and a
// multiple of the page size.
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

// A test run has one CPU. On a live hook many of them would write
// here: keep these in a map that has a value for each.
__u32 number, lost;

SEC("socket")
int report(struct __sk_buff *packet)
{
	struct event *event;

	// Room in the buffer itself, or NULL. It does not wait.
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	number++;
	if (!event) {
		lost++;
		return 0;
	}
	event->number = number;
	event->bytes = packet->len;

	// Now it can be seen, and whoever sleeps is woken up.
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char LICENSE[] SEC("license") = "MIT";
