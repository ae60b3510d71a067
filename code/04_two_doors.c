/* SPDX-License-Identifier: MIT */

// One pass, two doors: two processes look, and then delete.
#include "expect.h"
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>

int main(void)
{
	__u32 pass = 7;
	__u64 guest = 0, ann = 1;
	int ends[2], status = -1;
	char turn = 0;

	// Two processes write here: each line at once.
	setvbuf(stdout, NULL, _IOLBF, 0);
	int map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH, "passes", 4,
					8, 2, NULL),
			 A_DESCRIPTOR);
	if (map < 0)
		return finish();
	EXPECT(bpf_map_update_elem(map, &pass, &ann, BPF_NOEXIST), 0);

	// A child inherits the descriptor: it is the second door. A
	// byte through a socket says whose turn it is.
	EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid_t child = fork();
	int other = ends[child == 0];
	close(ends[child != 0]);

	if (child == 0) {
		// The second door looks when the first one has looked.
		recv(other, &turn, 1, 0);
		EXPECT(bpf_map_lookup_elem(map, &pass, &guest), 0);
		send(other, &turn, 1, MSG_NOSIGNAL);

		// It let Ann in. What is there left to delete?
		recv(other, &turn, 1, 0);
		EXPECT(bpf_map_delete_elem(map, &pass), -ENOENT);
		close(other);
		EXPECT(close(map), 0);
		return finish();
	}

	// The first door finds the pass; so does the other one, before
	// this one has deleted it.
	EXPECT(bpf_map_lookup_elem(map, &pass, &guest), 0);
	send(other, &turn, 1, MSG_NOSIGNAL);
	recv(other, &turn, 1, 0);
	EXPECT(bpf_map_delete_elem(map, &pass), 0);
	send(other, &turn, 1, MSG_NOSIGNAL);
	close(other);
	waitpid(child, &status, 0);
	EXPECT(WEXITSTATUS(status), 0);
	EXPECT(close(map), 0);
	return finish();
}
