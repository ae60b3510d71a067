/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

enum { STORED_OVER = 0, STORED_NEW = 1 };

// Store a limit, and tell whether its address is new.
//
// fd     a hash map: key uint32_t (an address), value uint64_t (its
//        limit); it stays open
// key    where to store
// value  what to store
//
// Returns STORED_NEW   the key was absent, now it holds value
//         STORED_OVER  the key was present, now it holds value
//         -ENOSPC      the key was absent and the map is full;
//                      nothing changed
//         -errno       any other failure of a map call
int store(int fd, uint32_t key, uint64_t value);

#endif
