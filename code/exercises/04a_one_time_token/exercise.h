/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Redeem a token.
//
// fd         a hash map: key uint32_t (a token), value uint64_t (how
//            many bytes it is good for); it stays open
// token      which token
// allowance  where that goes
//
// Returns 0       the token is taken, *allowance is what it was good
//                 for
//         -ENOENT there is no such token, or no longer; *allowance
//                 is as it was
//         -errno  any other failure of the map call; likewise
int redeem(int fd, uint32_t token, uint64_t *allowance);

#endif
