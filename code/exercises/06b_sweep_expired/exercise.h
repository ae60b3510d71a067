/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Remove the leases that have expired.
//
// fd   a hash map: key uint32_t (a lease), value uint64_t (the
//      second in which it expires); it stays open
// now  the present second; a lease that expires now has expired
//
// Returns how many entries this call removed, or
//         -errno any other failure of a map call
int sweep(int fd, uint64_t now);

#endif
