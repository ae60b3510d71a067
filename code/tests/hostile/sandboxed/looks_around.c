/* SPDX-License-Identifier: MIT */
/* Sentence: A claim of a free address stores its owner, all 64 bits
 * of it, and returns 0. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <netinet/in.h>
#include <bpf/bpf.h>

#include "exercise.h"

static void tell(const char *what, int result)
{
	printf("%s: %s\n", what, result < 0 ? "refused" : "ALLOWED");
	if (result > 0)
		close(result);
}

// These are refused by number, before the kernel looks at what they
// are given: anything but EPERM means that the fence has a hole.
static void fenced(const char *what, long result)
{
	printf("%s: %s\n", what,
	       result == -1 && errno == EPERM ? "refused" : "ALLOWED");
}

static long command(int number, int fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (uint32_t)fd;
	return syscall(SYS_bpf, number, &attr, sizeof(attr));
}

// Run "return 0;" as a BPF program.
static int run(void)
{
	const struct bpf_insn code[] = {
		{ .code = 0xb7 },
		{ .code = 0x95 },
	};

	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet,
		    .data_size_in = sizeof(packet));
	int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "x", "MIT",
			       code, 2, 0);
	int err;

	if (fd < 0)
		return fd;
	err = bpf_prog_test_run_opts(fd, &opts);
	close(fd);
	return err;
}

// Run it for each packet of a socket.
static int attach(void)
{
	const struct bpf_insn code[] = {
		{ .code = 0xb7 },
		{ .code = 0x95 },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "x", "MIT",
			       code, 2, 0);
	int net = socket(AF_UNIX, SOCK_DGRAM, 0), err;

	err = setsockopt(net, SOL_SOCKET, SO_ATTACH_BPF, &fd,
			 sizeof(fd));
	close(net);
	close(fd);
	return err;
}

// Descriptors beyond the channel, the map, and this folder's own.
static int find_more(int map)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;
	int fd, found = -1;

	while ((entry = readdir(folder))) {
		fd = atoi(entry->d_name);
		if (fd > 3 && fd != map && fd != dirfd(folder))
			found = fd;
	}
	closedir(folder);
	return found;
}

// Everything that it says here must be a refusal.
int claim(int fd, uint32_t address, uint64_t owner)
{
	struct sockaddr_in ssh = { .sin_family = AF_INET,
				   .sin_port = htons(22),
				   .sin_addr = { htonl(0x7f000001) } };
	int net = socket(AF_INET, SOCK_STREAM, 0);
	uint32_t id = 0;

	(void)address;
	(void)owner;
	tell("network",
	     connect(net, (struct sockaddr *)&ssh, sizeof(ssh)));
	close(net);
	tell("passwords", open("/etc/shadow", O_RDONLY));
	tell("homes", open("/root", O_RDONLY));
	tell("write", open("/box/exercise.c", O_WRONLY));
	tell("create", open("/usr/x", O_WRONLY | O_CREAT, 0600));
	tell("solution", open("/box/solution.c", O_RDONLY));
	tell("seed", open("/box/seed", O_RDONLY));
	tell("root", setuid(0));
	tell("other maps", bpf_map_get_next_id(0, &id));
	tell("program", run());
	tell("filter", attach());
	tell("keys", (int)syscall(SYS_keyctl, 0, -3, 0));
	tell("user namespace",
	     (int)syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */));
	tell("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
	tell("fault handler", (int)syscall(SYS_userfaultfd, 1));
	tell("ring", (int)syscall(SYS_io_uring_setup, 8, NULL));
	tell("descriptors", find_more(fd));
	printf("user id 0: %s\n",
	       getuid() == 0 ? "ALLOWED" : "refused");
	fenced("unshare", syscall(SYS_unshare, 0));
	fenced("setns", syscall(SYS_setns, -1, 0));
	fenced("ptrace", syscall(SYS_ptrace, 0, 0, 0, 0));
	fenced("perf", syscall(SYS_perf_event_open, 0, 0, 0, 0, 0));
	fenced("add key", syscall(SYS_add_key, 0, 0, 0, 0, 0));
	fenced("request key", syscall(SYS_request_key, 0, 0, 0, 0));
	fenced("keyctl", syscall(SYS_keyctl, -1, 0, 0));
	fenced("clone", syscall(SYS_clone, 0x10000000, 0, 0, 0, 0));
	fenced("freeze", command(BPF_MAP_FREEZE, fd));
	fenced("pin", command(BPF_OBJ_PIN, fd));
	fenced("get pinned", command(BPF_OBJ_GET, 0));
	fenced("link", command(BPF_LINK_CREATE, fd));
	fenced("attach", command(BPF_PROG_ATTACH, fd));
	fenced("map by number", command(BPF_MAP_GET_FD_BY_ID, 1));
	fenced("program by number", command(BPF_PROG_GET_FD_BY_ID, 1));
	fflush(stdout);
	return -1;
}
