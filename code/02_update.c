/* SPDX-License-Identifier: MIT */

// Store values under keys, three ways, until the map is full. A key is
// an address that misbehaved, its value the day on which it did.
#include "expect.h"
#include <unistd.h>
#include <bpf/bpf.h>

int main(void)
{
	const __u32 scanner = 1, spammer = 2, guesser = 3;
	__u64 monday = 1, friday = 5, day = 0;
	int map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "blocked", 4,
					8, 2, NULL),
			 A_DESCRIPTOR);
	if (map < 0)
		return finish();

	// `BPF_ANY` inserts or overwrites, and never tells you which.
	EXPECT(bpf_map_update_elem(map, &scanner, &monday, BPF_ANY), 0);
	EXPECT(bpf_map_update_elem(map, &scanner, &friday, BPF_ANY), 0);

	// The day on which the scanner first came is lost.
	EXPECT(bpf_map_lookup_elem(map, &scanner, &day), 0);
	EXPECT(day, friday);

	// `BPF_NOEXIST` is the insert that never overwrites.
	EXPECT(bpf_map_update_elem(map, &scanner, &monday, BPF_NOEXIST),
	       -EEXIST);
	EXPECT(bpf_map_lookup_elem(map, &scanner, &day), 0);
	EXPECT(day, friday);
	EXPECT(bpf_map_update_elem(map, &spammer, &monday, BPF_NOEXIST),
	       0);

	// `BPF_EXIST` is the overwrite that never inserts.
	EXPECT(bpf_map_update_elem(map, &guesser, &friday, BPF_EXIST),
	       -ENOENT);
	EXPECT(bpf_map_update_elem(map, &spammer, &friday, BPF_EXIST),
	       0);

	// Two of two entries are taken. The errno was made for `execve`
	// and reads "Argument list too long"; here it says: full.
	EXPECT(bpf_map_update_elem(map, &guesser, &friday, BPF_ANY),
	       -E2BIG);

	// What is there can be overwritten all the same.
	EXPECT(bpf_map_update_elem(map, &scanner, &monday, BPF_ANY), 0);

	// `BPF_F_LOCK` copies under a spin lock that is part of the
	// value. Ours has none, and keeps what it had.
	EXPECT(bpf_map_update_elem(map, &scanner, &friday, BPF_F_LOCK),
	       -EINVAL);
	EXPECT(bpf_map_lookup_elem(map, &scanner, &day), 0);
	EXPECT(day, monday);

	EXPECT(close(map), 0);
	return finish();
}
