/* SPDX-License-Identifier: MIT */
/* Sentence: Your code calls the kernel on its own account: a function
 * of an exercise works when it is called. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/time.h>
#include <bpf/bpf.h>

#include "exercise.h"

static int map;
static uint32_t key;

static void look(int number)
{
	uint64_t value;

	(void)number;
	bpf_map_lookup_elem(map, &key, &value);
}

// It goes on looking after the answer, and stops when it is asked
// again: so no look is ever a part of another answer.
int claim(int fd, uint32_t address, uint64_t owner)
{
	const struct itimerval never = { 0 };
	const struct itimerval soon = { .it_value = { 0, 100 },
					.it_interval = { 0, 100 } };
	struct sigaction action = { .sa_handler = look,
				    .sa_flags = SA_RESTART };

	setitimer(ITIMER_REAL, &never, NULL);
	map = fd;
	key = address;
	sigaction(SIGALRM, &action, NULL);
	const int err =
		bpf_map_update_elem(fd, &address, &owner, BPF_NOEXIST);

	setitimer(ITIMER_REAL, &soon, NULL);
	return err;
}
