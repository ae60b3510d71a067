/* SPDX-License-Identifier: MIT */
/* Sentence: A claim of a free name stores the owner, all 64 bits
 * of it, and returns 0. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
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

static int early;

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

__attribute__((constructor)) static void before_main(void)
{
	early = run();
}

// Everything that it says here must be a refusal.
int claim(int fd, uint32_t name, uint64_t owner)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(22),
				       .sin_addr = {
					       htonl(0x7f000001) } };
	int net = socket(AF_INET, SOCK_STREAM, 0);
	uint32_t id = 0;

	(void)fd;
	(void)name;
	(void)owner;
	tell("network", connect(net, (struct sockaddr *)&address,
				sizeof(address)));
	close(net);
	tell("passwords", open("/etc/shadow", O_RDONLY));
	tell("homes", open("/root", O_RDONLY));
	tell("write", open("/box/exercise.c", O_WRONLY));
	tell("create", open("/usr/x", O_WRONLY | O_CREAT, 0600));
	tell("solution", open("/box/solution.c", O_RDONLY));
	tell("root", setuid(0));
	tell("other maps", bpf_map_get_next_id(0, &id));
	tell("program", run());
	printf("user id 0: %s\n",
	       getuid() == 0 ? "ALLOWED" : "refused");
	tell("program, before main", early);
	fflush(stdout);
	return -1;
}
