/* SPDX-License-Identifier: MIT */

// What the judge and the player say to each other. The player is
// the process that runs a learner's functions; the judge asks for
// one call at a time, over a socket.
#ifndef PLAYER_H
#define PLAYER_H

#include <stdint.h>

enum {
	CHANNEL = 3, // the player's end of the socket
	CLOSED = 98, // exit status: the channel was closed under us
	MAX_FDS = 4,
	MAX_ARGS = 6,
	MAX_OUT = 6,
};

// A call to make. `function` is a number that the exercise gives
// to each of its functions. A descriptor that is 0 is not sent; a
// negative one reaches the function as it is.
struct request {
	uint32_t function;
	uint32_t serial;
	int32_t fd[MAX_FDS];
	uint64_t arg[MAX_ARGS];
};

// What came back: the return value, what the function stored
// through its pointers, and the descriptors that it gave away.
struct reply {
	uint32_t serial;
	int32_t fd[MAX_FDS];
	int64_t result;
	uint64_t out[MAX_OUT];
};

// Each exercise's call.c defines it: unpack the request, call the
// learner's function, pack what came back. Runs in the player.
void play(const struct request *q, struct reply *r);

#endif
