/* SPDX-License-Identifier: MIT */

// The process that runs a learner's functions, and nothing else.
// It judges nothing: it receives a request and descriptors, calls,
// and sends back what came. Whatever the learner's code does to
// this process, the judge only sees it happen.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "player.h"

// Reports of the sanitizers are the same at each run: no colours,
// no second guess about leaked memory, which no exercise is about.
// Little of what was freed is kept, because it counts as used.
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:detect_stack_use_after_return=0:"
	       "color=never:exitcode=66:allocator_may_return_null=1:"
	       "quarantine_size_mb=16";
}

union control {
	char bytes[CMSG_SPACE(MAX_FDS * sizeof(int))];
	struct cmsghdr align;
};

static void give_up(const char *what)
{
	fprintf(stderr, "player: %s: %s\n", what, strerror(errno));
	_exit(CLOSED);
}

static void send_message(const void *data, size_t size, const int *fds,
			 size_t count)
{
	struct iovec part = { (void *)(uintptr_t)data, size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control;
	struct cmsghdr *header;

	if (count > 0) {
		memset(&control, 0, sizeof(control));
		message.msg_control = control.bytes;
		message.msg_controllen =
			CMSG_SPACE(count * sizeof(int));
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	}
	if (sendmsg(CHANNEL, &message, MSG_NOSIGNAL) < 0)
		give_up("send");
}

// Receive a message of exactly `size` bytes. A descriptor in `q`
// that is above 0 is replaced by the one that came with it.
static void receive_message(void *data, size_t size, struct request *q)
{
	union control control;
	struct iovec part = { data, size };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *header;
	const unsigned char *fds = NULL;
	ssize_t got;

	do
		got = recvmsg(CHANNEL, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got == 0)
		_exit(0);
	if (got != (ssize_t)size)
		give_up("receive");

	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS)
		fds = CMSG_DATA(header);
	for (int i = 0; q && i < MAX_FDS; i++)
		if (q->fd[i] > 0 && fds) {
			memcpy(&q->fd[i], fds, sizeof(int));
			fds += sizeof(int);
		}
}

// Fill the stack with ones. Whoever forgets to set a variable or
// the padding of a struct then finds out every time, not by luck.
__attribute__((noinline, no_sanitize_address)) static void
dirty_the_stack(void)
{
	char dirt[16384];

	memset(dirt, 0xff, sizeof(dirt));
	__asm__ volatile("" : : "r"(dirt) : "memory");
}

// A number that is no descriptor cannot be sent: the judge gets 0.
static bool is_open(int fd)
{
	return fd > STDERR_FILENO && fcntl(fd, F_GETFD) >= 0;
}

static void close_all(const int32_t *fds)
{
	for (int i = 0; i < MAX_FDS; i++)
		if (fds[i] > STDERR_FILENO)
			close(fds[i]);
}

int main(void)
{
	struct request request;
	struct reply reply;
	size_t count;
	char go;
	int fds[MAX_FDS];

	send_message("hello", 6, NULL, 0);
	for (;;) {
		receive_message(&request, sizeof(request), NULL);
		memset(&reply, 0, sizeof(reply));
		reply.serial = request.serial;
		send_message("ready", 6, NULL, 0);
		receive_message(&go, sizeof(go), &request);

		dirty_the_stack();
		play(&request, &reply);

		fflush(stdout);
		count = 0;
		for (int i = 0; i < MAX_FDS; i++)
			if (is_open(reply.fd[i]))
				fds[count++] = reply.fd[i];
			else
				reply.fd[i] = 0;
		send_message(&reply, sizeof(reply), fds, count);
		receive_message(&go, sizeof(go), NULL);
		close_all(request.fd);
		close_all(reply.fd);
	}
}
