/* SPDX-License-Identifier: MIT */

// Visit every key, tell the end from an error, and delete on the way.
#include "expect.h"
#include <unistd.h>
#include <bpf/bpf.h>

int main(void)
{
	__u32 key, next, first = 0, sum = 0, visits = 0,
			 *previous = NULL;
	__u64 value = 9;
	int map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
					4, 8, 4, NULL),
			 A_DESCRIPTOR);
	if (map < 0)
		return finish();

	// NULL asks for the first key. An empty map has none.
	EXPECT(bpf_map_get_next_key(map, NULL, &key), -ENOENT);

	// No descriptor is an error, and not an empty map.
	EXPECT(bpf_map_get_next_key(-1, NULL, &key), -EBADF);

	// Let four sessions in, numbered 1 to 4.
	for (key = 1; key <= 4; key++)
		EXPECT(bpf_map_update_elem(map, &key, &value, BPF_ANY),
		       0);

	// Each key leads to the next one, until ENOENT says: that was
	// all. A hash has an order of its own, a different one in each.
	while (EXPECT(bpf_map_get_next_key(map, previous, &key),
		      visits < 4 ? 0 : -ENOENT) == 0) {
		// The walk hands out keys. For a value, look it up.
		EXPECT(bpf_map_lookup_elem(map, &key, &value), 0);
		sum += key;
		if (visits++ == 0)
			first = key;
		previous = &key;
	}
	EXPECT(sum, 1 + 2 + 3 + 4);

	// Delete all but the first, in the order that works: fetch the
	// next key while this one can still lead to it, then delete.
	visits = 0;
	int err = EXPECT(bpf_map_get_next_key(map, NULL, &next), 0);
	while (err == 0) {
		key = next;
		visits++;
		err = EXPECT(bpf_map_get_next_key(map, &key, &next),
			     visits < 4 ? 0 : -ENOENT);
		if (key != first)
			EXPECT(bpf_map_delete_elem(map, &key), 0);
	}
	EXPECT(visits, 4);

	// The other way round. A deleted key leads nowhere: the walk
	// starts over at the first key, seven visits for four keys.
	for (key = 1; key <= 4; key++)
		EXPECT(bpf_map_update_elem(map, &key, &value, BPF_ANY),
		       0);
	visits = 0;
	previous = NULL;
	while (EXPECT(bpf_map_get_next_key(map, previous, &key),
		      visits < 7 ? 0 : -ENOENT) == 0) {
		if (visits++ == 0)
			first = key;
		if (key != first)
			EXPECT(bpf_map_delete_elem(map, &key), 0);
		previous = &key;
	}
	EXPECT(visits, 7);
	EXPECT(close(map), 0);
	return finish();
}
