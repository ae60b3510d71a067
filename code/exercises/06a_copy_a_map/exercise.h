/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Copy every entry of a map into another.
//
// from  a hash map: key uint32_t, value uint64_t; it is only read
// to    another one; both stay open
//
// Returns 0       every entry of from is in to
//         -E2BIG  to is full; it holds some of the entries
//         -errno  any other failure of a map call
int copy_map(int from, int to);

#endif
