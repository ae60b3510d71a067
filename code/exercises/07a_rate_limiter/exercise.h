/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// A client may make REQUESTS requests in WINDOW seconds.
enum { REQUESTS = 3, WINDOW = 10 };

// What the table holds for a client: the second in which its window
// started, and how many requests were allowed in it. The window is
// open while now < start + WINDOW.
struct window {
	uint64_t start;
	uint64_t used;
};

// Create the table: a hash "limiter", key uint32_t, value struct
// window, room for `clients` entries.
//
// Returns a descriptor that the caller closes, or
//         -errno  the failure of the map call
int limiter_open(uint32_t clients);

// Decide about a request of `client` in second `now`.
//
// Returns 1       allowed, and counted
//         0       denied: its window is open and used up
//         -ENOSPC denied: there is no room for a new client, and
//                 every window is open
//         -errno  any other failure of a map call
int limiter_allow(int fd, uint32_t client, uint64_t now);

// Remove every entry whose window is not open in second `now`.
//
// Returns how many entries this call removed, or
//         -errno  any other failure of a map call
int limiter_sweep(int fd, uint64_t now);

// Forget a client.
//
// Returns 1       its entry was removed
//         0       it had none
//         -errno  any other failure of the map call
int limiter_forgive(int fd, uint32_t client);

#endif
