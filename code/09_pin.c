/* SPDX-License-Identifier: MIT */
/* Needs CAP_SYS_ADMIN */

// Give a map a path, so that others can open it, and so that it stays.
#include "expect.h"
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>
#include <bpf/bpf.h>

#define PATH "/sys/fs/bpf/blocked"

int main(void)
{
	__u32 address = 0x0a000001;
	__u64 strikes = 3;
	int map;

	// A map has its path in a file system of another kind. This
	// program mounts one that only it can see, and that ends with
	// it. Yours is mounted already, at `/sys/fs/bpf`.
	EXPECT(unshare(CLONE_NEWNS), 0);
	EXPECT(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	if (EXPECT(mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL), 0) < 0)
		return finish();

	map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "blocked", 4, 8,
				    64, NULL),
		     A_DESCRIPTOR);
	if (map < 0)
		return finish();
	EXPECT(bpf_map_update_elem(map, &address, &strikes, 0), 0);

	// Pinned: the path holds the map, as a descriptor does.
	EXPECT(bpf_obj_pin(map, PATH), 0);
	EXPECT(bpf_obj_pin(map, PATH), -EEXIST);
	EXPECT(close(map), 0);

	// Nobody has it open now, and it is there. Whoever may read and
	// write the file may open it.
	map = EXPECT(bpf_obj_get(PATH), A_DESCRIPTOR);
	EXPECT(bpf_map_lookup_elem(map, &address, &strikes), 0);

	// Say you only want to look: then ask for no more than that.
	LIBBPF_OPTS(bpf_obj_get_opts, look, .file_flags = BPF_F_RDONLY);
	int reader =
		EXPECT(bpf_obj_get_opts(PATH, &look), A_DESCRIPTOR);
	EXPECT(bpf_map_lookup_elem(reader, &address, &strikes), 0);
	EXPECT(bpf_map_delete_elem(reader, &address), -EPERM);
	EXPECT(close(reader), 0);

	// Frozen: from user space, nobody writes any more. BPF programs
	// still do. There is no way back.
	EXPECT(bpf_map_freeze(map), 0);
	EXPECT(bpf_map_delete_elem(map, &address), -EPERM);

	// Without its path the map lives while a descriptor is open.
	EXPECT(unlink(PATH), 0);
	EXPECT(bpf_obj_get(PATH), -ENOENT);
	EXPECT(bpf_map_lookup_elem(map, &address, &strikes), 0);
	EXPECT(close(map), 0);
	return finish();
}
