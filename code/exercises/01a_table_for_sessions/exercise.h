/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Which session it is.
struct session_key {
	uint32_t host;
	uint16_t port;
	uint16_t vlan;
};

// How much went through, and when the last of it.
struct session {
	uint64_t bytes;
	uint64_t packets;
	uint32_t last_seen;
};

// Create the map of the sessions: a hash named "sessions", key
// struct session_key, value struct session, without flags.
//
// max_sessions  how many entries it has room for
//
// Returns a descriptor that the caller closes, or
//         -EINVAL max_sessions is 0
//         -E2BIG  max_sessions is more than a hash can hold
//         -errno  any other failure of the map call
int make_sessions(uint32_t max_sessions);

#endif
