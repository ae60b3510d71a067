/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Make sure that an address is not in a map.
//
// fd       a map: key uint32_t (an address), value uint64_t; it
//          stays open
// address  which one to forget
//
// Returns 1       the address was there, and this call removed its
//                 entry
//         0       the address was not there
//         -errno  any other failure of a map call, such as -EINVAL
//                 from bpf_map_delete_elem for a map whose entries
//                 cannot be removed
int forget(int fd, uint32_t address);

#endif
