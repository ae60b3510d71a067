/* SPDX-License-Identifier: MIT */

// Visit every key, tell the end from an error, and delete on the way.
#include "expect.h"
#include <unistd.h>
#include <bpf/bpf.h>

int main(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, same,
		    .map_flags = BPF_F_ZERO_SEED);
	int map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
					4, 8, 4, &same),
			 A_DESCRIPTOR);
	if (map < 0)
		return finish();

	// NULL asks for the first key. An empty map has none.
	__u32 key, next, visits = 0, *previous = NULL;
	EXPECT(bpf_map_get_next_key(map, NULL, &key), -ENOENT);

	// No descriptor at all is an error, and not an empty map.
	EXPECT(bpf_map_get_next_key(-1, NULL, &key), -EBADF);

	// Four sessions, numbered 1 to 4.
	__u64 value = 9;
	for (key = 1; key <= 4; key++)
		EXPECT(bpf_map_update_elem(map, &key, &value, BPF_ANY),
		       0);

	// A hash keeps an order of its own, another one in every map.
	// `BPF_F_ZERO_SEED` above makes it this one, for the page.
	const __u32 order[] = { 4, 2, 3, 1 };

	// Each key leads to the next, and after the last comes ENOENT.
	// The walk hands out keys. To see a value, look it up.
	while (EXPECT(bpf_map_get_next_key(map, previous, &key),
		      visits < 4 ? 0 : -ENOENT) == 0) {
		EXPECT(key, order[visits % 4]);
		EXPECT(bpf_map_lookup_elem(map, &key, &value), 0);
		previous = &key;
		visits++;
	}

	// Delete all but session 4, in the order that works: fetch the
	// next key while this one can still lead to it, then delete.
	visits = 0;
	int err = EXPECT(bpf_map_get_next_key(map, NULL, &next), 0);
	while (err == 0) {
		key = next;
		visits++;
		err = EXPECT(bpf_map_get_next_key(map, &key, &next),
			     visits < 4 ? 0 : -ENOENT);
		if (key != 4)
			EXPECT(bpf_map_delete_elem(map, &key), 0);
	}
	EXPECT(visits, 4);

	// Now the other way round. A deleted key leads nowhere, and the
	// kernel starts over at the first: seven visits for four keys.
	for (key = 1; key <= 3; key++)
		EXPECT(bpf_map_update_elem(map, &key, &value, BPF_ANY),
		       0);
	visits = 0;
	previous = NULL;
	while (EXPECT(bpf_map_get_next_key(map, previous, &key),
		      visits < 7 ? 0 : -ENOENT) == 0) {
		if (key != 4)
			EXPECT(bpf_map_delete_elem(map, &key), 0);
		previous = &key;
		visits++;
	}
	EXPECT(visits, 7);
	EXPECT(close(map), 0);
	return finish();
}
