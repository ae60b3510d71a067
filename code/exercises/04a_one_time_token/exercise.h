/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Redeem a token.
//
// fd     a hash map: key uint32_t (a token), value uint64_t (its
//        worth in cents); it stays open
// token  which token
// worth  where its worth goes
//
// Returns 0       the token is taken, *worth is what it was worth
//         -ENOENT there is no such token, or no longer; *worth is
//                 as it was
//         -errno  any other failure of the map call; likewise
int redeem(int fd, uint32_t token, uint64_t *worth);

#endif
