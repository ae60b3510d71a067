/* SPDX-License-Identifier: MIT */

// Five maps for five jobs, and what each does when it is full.
#include "expect.h"
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/bpf.h>

int main(void)
{
	__u32 key = 0, other = 1, id = 0;
	__u64 value = 1;

	// "Who came lately?" An LRU hash is never full. It drops what
	// has not been used for long, and does not tell you.
	int map = EXPECT(bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "recent",
					4, 8, 1, NULL),
			 A_DESCRIPTOR);
	if (map < 0)
		return finish();
	EXPECT(bpf_map_update_elem(map, &key, &value, 0), 0);
	EXPECT(bpf_map_update_elem(map, &other, &value, 0), 0);
	EXPECT(bpf_map_lookup_elem(map, &key, &value), -ENOENT);
	EXPECT(close(map), 0);

	// "Which rule holds here?" A trie finds the longest prefix that
	// matches: of 10.0.0.7 the first 8 bits, for want of a better.
	struct {
		__u32 bits;
		__u8 address[4];
	} network = { 8, { 10 } }, host = { 32, { 10, 0, 0, 7 } };
	LIBBPF_OPTS(bpf_map_create_opts, lazy,
		    .map_flags = BPF_F_NO_PREALLOC);
	map = EXPECT(bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "rules", 8,
				    8, 1, &lazy),
		     A_DESCRIPTOR);
	EXPECT(bpf_map_update_elem(map, &network, &value, 0), 0);
	EXPECT(bpf_map_lookup_elem(map, &host, &value), 0);
	EXPECT(bpf_map_update_elem(map, &host, &value, 0), -ENOSPC);
	EXPECT(close(map), 0);

	// "What is there to do?" A queue that is full takes no more, or
	// with `BPF_EXIST` drops the oldest.
	map = EXPECT(bpf_map_create(BPF_MAP_TYPE_QUEUE, "jobs", 0, 8, 1,
				    NULL),
		     A_DESCRIPTOR);
	EXPECT(bpf_map_update_elem(map, NULL, &value, BPF_ANY), 0);
	EXPECT(bpf_map_update_elem(map, NULL, &value, BPF_ANY), -E2BIG);
	EXPECT(bpf_map_update_elem(map, NULL, &value, BPF_EXIST), 0);
	EXPECT(close(map), 0);

	// "The settings, please." An array can be mapped into memory,
	// where a plain store changes a value. It is always full.
	LIBBPF_OPTS(bpf_map_create_opts, shared,
		    .map_flags = BPF_F_MMAPABLE);
	map = EXPECT(bpf_map_create(BPF_MAP_TYPE_ARRAY, "settings", 4,
				    8, 1, &shared),
		     A_DESCRIPTOR);
	__u64 *setting = mmap(NULL, 8, PROT_READ | PROT_WRITE,
			      MAP_SHARED, map, 0);
	if (setting != MAP_FAILED)
		*setting = 42;
	EXPECT(bpf_map_lookup_elem(map, &key, &value), 0);
	EXPECT(value, 42);

	// "All of it anew, at once." A map can hold maps. Fill a new
	// one in peace and store it: there is one or the other, no mix.
	LIBBPF_OPTS(bpf_map_create_opts, outer,
		    .inner_map_fd = (__u32)map);
	int maps = EXPECT(bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS,
					 "tables", 4, 4, 1, &outer),
			  A_DESCRIPTOR);
	EXPECT(bpf_map_update_elem(maps, &key, &map, 0), 0);
	EXPECT(bpf_map_lookup_elem(maps, &key, &id), 0);
	EXPECT(id != 0, 1);
	EXPECT(close(maps), 0);
	EXPECT(close(map), 0);
	return finish();
}
