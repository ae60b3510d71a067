/* SPDX-License-Identifier: MIT */

// Take an entry out, value and all, so that nobody else can have it.
#include "expect.h"
#include <unistd.h>
#include <bpf/bpf.h>

int main(void)
{
	__u32 pass = 7;
	__u64 guest = 0, ann = 1, bob = 2;
	int map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "passes", 4,
					8, 8, NULL),
			 A_DESCRIPTOR);
	if (map < 0)
		return finish();
	EXPECT(bpf_map_update_elem(map, &pass, &ann, BPF_NOEXIST), 0);

	// One pass, one visit. A hash can do this since Linux 5.14.
	EXPECT(bpf_map_lookup_and_delete_elem(map, &pass, &guest),
	       SINCE(5.14, 0, -ENOTSUPP));
	EXPECT(guest, SINCE(5.14, ann, 0));

	// Whoever comes with the same pass comes too late.
	EXPECT(bpf_map_lookup_and_delete_elem(map, &pass, &guest),
	       SINCE(5.14, -ENOENT, -ENOTSUPP));
	EXPECT(close(map), 0);

	// A queue is a map without keys. A key has 0 bytes, its address
	// is NULL, and an update pushes.
	map = EXPECT(bpf_map_create(BPF_MAP_TYPE_QUEUE, "line", 0, 8, 8,
				    NULL),
		     A_DESCRIPTOR);
	EXPECT(bpf_map_update_elem(map, NULL, &ann, BPF_ANY), 0);
	EXPECT(bpf_map_update_elem(map, NULL, &bob, BPF_ANY), 0);

	// The same call pops. First in, first out; then it is empty.
	EXPECT(bpf_map_lookup_and_delete_elem(map, NULL, &guest), 0);
	EXPECT(guest, ann);
	EXPECT(bpf_map_lookup_and_delete_elem(map, NULL, &guest), 0);
	EXPECT(guest, bob);
	EXPECT(bpf_map_lookup_and_delete_elem(map, NULL, &guest),
	       -ENOENT);
	EXPECT(close(map), 0);

	// Nothing leaves an array: its entries are there, always. This
	// errno, 524, is the kernel's own; `strerror` does not know it.
	map = EXPECT(bpf_map_create(BPF_MAP_TYPE_ARRAY, "gates", 4, 8,
				    8, NULL),
		     A_DESCRIPTOR);
	EXPECT(bpf_map_lookup_and_delete_elem(map, &pass, &guest),
	       -ENOTSUPP);
	EXPECT(close(map), 0);
	return finish();
}
