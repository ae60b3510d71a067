/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Read a address, or its default if nobody stored it.
//
// fd        a hash map: key uint32_t (a address), value uint64_t;
//           it stays open and is only read
// address   which address
// fallback  its default
// value     where the answer goes
//
// Returns 0       *limit is what is stored, or fallback if the
//                 address is absent
//         -errno  any other failure of the map call; *limit is as
//                 it was
int get_limit(int fd, uint32_t address, uint64_t fallback,
		uint64_t *limit);

#endif
