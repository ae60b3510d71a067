/* SPDX-License-Identifier: MIT */

// Hand an open map to a process that never opened it.
#include "expect.h"
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>

int main(void)
{
	__u32 address = 0x0a000001;
	__u64 strikes = 3;
	int ends[2], map = -1;

	// A message is data, here an address, and beside it there can
	// be room for a descriptor.
	struct iovec data = { &address, sizeof(address) };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(map))];
	} beside = { .header = { CMSG_LEN(sizeof(map)), SOL_SOCKET,
				 SCM_RIGHTS } };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &beside,
		.msg_controllen = CMSG_LEN(sizeof(map)),
	};
	setvbuf(stdout, NULL, _IOLBF, 0); // two of us print
	EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	pid_t child = fork();
	int other = ends[child == 0];
	close(ends[child != 0]);

	if (child == 0) {
		// It began before there was a map, and inherits none.
		if (EXPECT(recvmsg(other, &message, 0), 4) == 4)
			memcpy(&map, CMSG_DATA(&beside.header),
			       sizeof(map));
		EXPECT(bpf_map_delete_elem(map, &address), 0);
	} else {
		map = EXPECT(bpf_map_create(BPF_MAP_TYPE_HASH,
					    "blocked", 4, 8, 64, NULL),
			     A_DESCRIPTOR);
		EXPECT(bpf_map_update_elem(map, &address, &strikes, 0),
		       0);
		memcpy(CMSG_DATA(&beside.header), &map, sizeof(map));
		sendmsg(other, &message, MSG_NOSIGNAL);
		shutdown(other, SHUT_WR);
		wait(NULL);
		EXPECT(bpf_map_lookup_elem(map, &address, &strikes),
		       -ENOENT);
	}
	close(other);
	EXPECT(close(map), 0);
	return finish();
}
