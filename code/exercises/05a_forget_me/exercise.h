/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Make sure that a user is not in a map.
//
// fd    a map: key uint32_t (a user), value uint64_t; it stays open
// user  whom to forget
//
// Returns 1       the user was there, and this call removed the
//                 entry
//         0       the user was not there
//         -errno  any other failure of a map call, such as -EINVAL
//                 from bpf_map_delete_elem for a map whose entries
//                 cannot be removed
int forget(int fd, uint32_t user);

#endif
