/* SPDX-License-Identifier: MIT */

// Many entries at once: one call does the work of a whole loop.
#include "expect.h"
#include <unistd.h>
#include <bpf/bpf.h>

enum { ROOM = 32 };

int main(void)
{
	__u32 ports[ROOM], next, count = ROOM;
	__u64 packets[ROOM], sum = 0;
	int map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "packets", 4,
					8, ROOM, NULL),
			 A_DESCRIPTOR);
	if (map < 0)
		return finish();
	for (__u32 i = 0; i < ROOM; i++) {
		ports[i] = 8000 + i;
		packets[i] = 10;
	}

	// Keys in one array, values in another, and how many there are.
	EXPECT(bpf_map_update_batch(map, ports, packets, &count, NULL),
	       0);
	EXPECT(count, ROOM);

	// The same way back. `-ENOENT` says that the end has come, and
	// `count` how many came before it: do not throw them away.
	EXPECT(bpf_map_lookup_batch(map, NULL, &next, ports, packets,
				    &count, NULL),
	       -ENOENT);
	EXPECT(count, ROOM);
	for (__u32 i = 0; i < count; i++)
		sum += packets[i];
	EXPECT(sum, 320);

	// Take them all. Between reading and deleting, nobody comes in.
	count = ROOM;
	EXPECT(bpf_map_lookup_and_delete_batch(map, NULL, &next, ports,
					       packets, &count, NULL),
	       -ENOENT);
	EXPECT(count, ROOM);
	EXPECT(bpf_map_get_next_key(map, NULL, &next), -ENOENT);

	// A batch ends at the first entry that fails. What came before
	// it is done, what comes after it is not; `count` tells you.
	count = 5;
	EXPECT(bpf_map_update_batch(map, ports, packets, &count, NULL),
	       0);
	ports[2] = 22;
	EXPECT(bpf_map_delete_batch(map, ports, &count, NULL), -ENOENT);
	EXPECT(count, 2);
	EXPECT(close(map), 0);

	// A map larger than your arrays is read in portions. Here
	// `next`, the cursor, says where to go on.
	map = EXPECT(bpf_map_create(BPF_MAP_TYPE_ARRAY, "gates", 4, 8,
				    8, NULL),
		     A_DESCRIPTOR);
	count = 5;
	EXPECT(bpf_map_lookup_batch(map, NULL, &next, ports, packets,
				    &count, NULL),
	       0);
	EXPECT(count, 5);
	EXPECT(bpf_map_lookup_batch(map, &next, &next, ports, packets,
				    &count, NULL),
	       -ENOENT);
	EXPECT(count, 3);
	EXPECT(close(map), 0);
	return finish();
}
