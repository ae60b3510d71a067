/* SPDX-License-Identifier: MIT */

// Make a map, ask the kernel what it made, see when the map ends, and
// meet the ways to be refused.
#include "expect.h"
#include <fcntl.h>
#include <unistd.h>
#include <bpf/bpf.h>

int main(void)
{
	// A type, a name, the bytes of a key, the bytes of a value, and
	// how many entries at most. NULL: no further options.
	int map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "blocked", 4,
					8, 1024, NULL),
			 A_DESCRIPTOR);
	if (map < 0)
		return finish();

	// Do not guess what the kernel made of it: ask.
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	EXPECT(bpf_obj_get_info_by_fd(map, &info, &size), 0);
	EXPECT(info.type, BPF_MAP_TYPE_HASH);
	EXPECT(info.key_size, 4);
	EXPECT(info.value_size, 8);
	EXPECT(info.max_entries, 1024);
	EXPECT(info.map_flags, 0);
	EXPECT(strlen(info.name), 7);

	// No call destroys a map. It lives while somebody holds it, and
	// a copy of the descriptor holds it as well as the first.
	int copy = EXPECT(fcntl(map, F_DUPFD_CLOEXEC, 3), A_DESCRIPTOR);
	EXPECT(close(map), 0);
	EXPECT(bpf_obj_get_info_by_fd(copy, &info, &size), 0);

	// The last descriptor goes, and map and id with it. Only those
	// who may search the whole system (CAP_SYS_ADMIN) can tell.
	__u32 id = 0;
	int may_search = bpf_map_get_next_id(0, &id) == 0;
	EXPECT(close(copy), 0);
	EXPECT(bpf_map_get_fd_by_id(info.id),
	       may_search ? -ENOENT : -EPERM);

	// Options travel in a struct that begins with its own size. The
	// macro fills that in. This map takes memory only as it fills.
	LIBBPF_OPTS(bpf_map_create_opts, lazy,
		    .map_flags = BPF_F_NO_PREALLOC);
	map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH,
				    "blocked_by_admin", 4, 8, 1024,
				    &lazy),
		     A_DESCRIPTOR);
	EXPECT(bpf_obj_get_info_by_fd(map, &info, &size), 0);
	EXPECT(info.map_flags, BPF_F_NO_PREALLOC);

	// A name keeps its first 15 characters. Nobody tells you.
	EXPECT(strlen(info.name), 15);
	EXPECT(close(map), 0);

	// A name with a space; a hash without a key, without a value,
	// without room; a flag that does not exist. One errno for all.
	EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "a b", 4, 8, 1, NULL),
	       -EINVAL);
	EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "c", 0, 8, 1, NULL),
	       -EINVAL);
	EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "d", 4, 0, 1, NULL),
	       -EINVAL);
	EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "e", 4, 8, 0, NULL),
	       -EINVAL);
	LIBBPF_OPTS(bpf_map_create_opts, odd, .map_flags = 1U << 31);
	EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "f", 4, 8, 1, &odd),
	       -EINVAL);

	// An LRU hash takes all its memory at once, and says so with an
	// errno that `strerror` does not know.
	EXPECT(bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "g", 4, 8, 1,
			      &lazy),
	       -ENOTSUPP);
	return finish();
}
