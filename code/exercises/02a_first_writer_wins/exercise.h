/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Claim an address for an owner.
//
// fd       a hash map: key uint32_t (an address), value uint64_t
//          (its owner); it stays open
// address  the address to claim
// owner    who claims it
//
// Returns 0       the address was free and now belongs to owner
//         -EEXIST the address has an owner; nothing changed
//         -E2BIG  the map is full; nothing changed
//         -errno  any other failure of the map call
int claim(int fd, uint32_t address, uint64_t owner);

#endif
