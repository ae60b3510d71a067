/* SPDX-License-Identifier: MIT */

// Remove an entry, remove it again, and use the room that it leaves.
#include "expect.h"
#include <unistd.h>
#include <bpf/bpf.h>

int main(void)
{
	__u32 ann = 1, bob = 2, cid = 3;
	__u64 since = 9, zero = 0;
	int map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
					4, 8, 2, NULL),
			 A_DESCRIPTOR);
	if (map < 0)
		return finish();
	EXPECT(bpf_map_update_elem(map, &ann, &since, BPF_NOEXIST), 0);

	// Descriptor, address of a key. The value is not handed back.
	EXPECT(bpf_map_delete_elem(map, &ann), 0);

	// Deleted before. If all you want is that she is gone, she is.
	EXPECT(bpf_map_delete_elem(map, &ann), -ENOENT);

	// Two sessions fill this map, and the third is turned away.
	EXPECT(bpf_map_update_elem(map, &ann, &since, BPF_NOEXIST), 0);
	EXPECT(bpf_map_update_elem(map, &bob, &since, BPF_NOEXIST), 0);
	EXPECT(bpf_map_update_elem(map, &cid, &since, BPF_NOEXIST),
	       -E2BIG);

	// A delete makes room at once.
	EXPECT(bpf_map_delete_elem(map, &ann), 0);
	EXPECT(bpf_map_update_elem(map, &cid, &since, BPF_NOEXIST), 0);
	EXPECT(close(map), 0);

	// An array has all its entries from the start, and keeps them.
	map = EXPECT(bpf_map_create(BPF_MAP_TYPE_ARRAY, "gates", 4, 8,
				    2, NULL),
		     A_DESCRIPTOR);
	EXPECT(bpf_map_update_elem(map, &ann, &since, BPF_EXIST), 0);
	EXPECT(bpf_map_delete_elem(map, &ann), -EINVAL);

	// What you can do is store zeros.
	EXPECT(bpf_map_update_elem(map, &ann, &zero, BPF_EXIST), 0);
	EXPECT(bpf_map_lookup_elem(map, &ann, &since), 0);
	EXPECT(since, 0);

	EXPECT(close(map), 0);
	return finish();
}
