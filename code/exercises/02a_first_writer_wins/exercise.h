/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Claim a name for an owner.
//
// fd     a hash map: key uint32_t (a name), value uint64_t (its
//        owner); it stays open
// name   the name to claim
// owner  who claims it
//
// Returns 0       the name was free and now belongs to owner
//         -EEXIST the name belongs to somebody; nothing changed
//         -E2BIG  the map is full; nothing changed
//         -errno  any other failure of the map call
int claim(int fd, uint32_t name, uint64_t owner);

#endif
