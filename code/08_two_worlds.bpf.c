/* SPDX-License-Identifier: MIT */

// The other world: this is compiled for BPF and runs in the kernel.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

// A map is declared here, and made when the program is loaded.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} visits SEC(".maps");

// The helper takes a **pointer** to the map. No system call is made:
// the program is in the kernel already.
SEC("socket")
int visit(struct __sk_buff *packet)
{
	const __u32 key = 2;
	const __u64 value = 200;

	return bpf_map_update_elem(&visits, &key, &value, BPF_NOEXIST);
}

char LICENSE[] SEC("license") = "MIT";
