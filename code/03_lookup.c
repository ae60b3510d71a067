/* SPDX-License-Identifier: MIT */

// Copy a value out of a map. Tell a miss from a mistake.
#include "expect.h"
#include <unistd.h>
#include <bpf/bpf.h>

int main(void)
{
	const __u32 ssh = 22, telnet = 23;
	__u64 five = 5, packets = 0;
	int map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "ports", 4,
					8, 16, NULL),
			 A_DESCRIPTOR);
	if (map < 0)
		return finish();
	EXPECT(bpf_map_update_elem(map, &ssh, &five, BPF_ANY), 0);

	// Descriptor, address of a key, address of room for a value.
	EXPECT(bpf_map_lookup_elem(map, &ssh, &packets), 0);
	EXPECT(packets, 5);

	// You have a copy. Add to it, and the map does not notice.
	packets += 100;
	EXPECT(packets, 105);
	EXPECT(bpf_map_lookup_elem(map, &ssh, &packets), 0);
	EXPECT(packets, 5);

	// A miss is an answer, and leaves your variable as it was.
	EXPECT(bpf_map_lookup_elem(map, &telnet, &packets), -ENOENT);
	EXPECT(packets, 5);

	// This is a mistake, and it says so: -1 is no descriptor.
	EXPECT(bpf_map_lookup_elem(-1, &ssh, &packets), -EBADF);
	EXPECT(close(map), 0);

	// Six bytes of members make eight bytes of struct: the compiler
	// adds two bytes of padding.
	struct flow {
		__u32 host;
		__u16 port;
	} flow, same;
	map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "flows",
				    sizeof(flow), 8, 16, NULL),
		     A_DESCRIPTOR);
	EXPECT(sizeof(flow), 8);

	// Zero the whole key first, then fill in the members.
	memset(&flow, 0, sizeof(flow));
	flow.host = 10;
	flow.port = 443;
	EXPECT(bpf_map_update_elem(map, &flow, &five, BPF_ANY), 0);

	// The kernel compares all eight bytes. Here the members are the
	// same and the padding is not, so this is another key.
	memset(&same, 0xff, sizeof(same));
	same.host = 10;
	same.port = 443;
	EXPECT(bpf_map_lookup_elem(map, &same, &packets), -ENOENT);

	EXPECT(close(map), 0);
	return finish();
}
