/* SPDX-License-Identifier: MIT */
/* Needs CAP_SYS_ADMIN */

// Somebody else has made a map. All you know is what it is called.
#include "expect.h"
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>

// Look at every map of this machine. A name alone proves nothing: the
// one that stays open has the type and the sizes that you expect, too.
static int open_map(const char *name, __u32 key_size, __u32 value_size)
{
	__u32 id = 0;
	int err;

	while ((err = bpf_map_get_next_id(id, &id)) == 0) {
		struct bpf_map_info info = { 0 };
		__u32 size = sizeof(info);
		int map = bpf_map_get_fd_by_id(id);

		if (map < 0)
			continue; // it has gone meanwhile
		if (!bpf_obj_get_info_by_fd(map, &info, &size) &&
		    strcmp(info.name, name) == 0 &&
		    info.type == BPF_MAP_TYPE_HASH &&
		    info.key_size == key_size &&
		    info.value_size == value_size)
			return map;
		close(map);
	}
	return err;
}

// The other program. It makes a map, writes one entry, and waits.
static void other_program(const char *name, int end)
{
	__u32 key = 7;
	__u64 value = 3;
	int map =
		bpf_map_create(BPF_MAP_TYPE_HASH, name, 4, 8, 64, NULL);

	if (!bpf_map_update_elem(map, &key, &value, 0) &&
	    write(end, "", 1) == 1)
		read(end, &key, 1);
	close(map);
	close(end);
	_exit(0);
}

int main(void)
{
	__u32 key = 0;
	__u64 value = 0;
	char name[16], ready;
	int ends[2];
	snprintf(name, sizeof(name), "door_%d", getpid());
	EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid_t other = fork();
	close(ends[!other]);
	if (other == 0)
		other_program(name, ends[0]);
	EXPECT(read(ends[1], &ready, 1), 1);

	// Values of 4 bytes, you thought. They have 8: you get no map.
	EXPECT(open_map(name, 4, 4), -ENOENT);
	int map = EXPECT(open_map(name, 4, 8), A_DESCRIPTOR);
	EXPECT(bpf_map_get_next_key(map, NULL, &key), 0);
	EXPECT(bpf_map_lookup_elem(map, &key, &value), 0);
	EXPECT(value, 3);

	// The other program ends. The map stays, for you hold it.
	close(ends[1]);
	waitpid(other, NULL, 0);
	EXPECT(bpf_map_delete_elem(map, &key), 0);
	EXPECT(close(map), 0);
	EXPECT(open_map(name, 4, 8), -ENOENT);
	return finish();
}
