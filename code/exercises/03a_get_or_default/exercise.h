/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Read the limit of an address, or the default if it has none.
//
// fd        a hash map: key uint32_t (an address), value uint64_t
//           (its limit); it stays open and is only read
// address   whose limit
// fallback  the default
// limit     where the answer goes
//
// Returns 0       *limit is what is stored, or fallback if nothing
//                 is
//         -errno  any other failure of the map call; *limit is as
//                 it was
int get_limit(int fd, uint32_t address, uint64_t fallback,
	      uint64_t *limit);

#endif
