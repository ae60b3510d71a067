/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Store a value, and make room for it if that is what it takes.
//
// fd      a map: key uint32_t, value uint64_t; it stays open
// key     where to store
// value   what to store
// victim  the key of the entry that may be removed
//
// Returns 0       key holds value; this call removed nothing
//         1       key holds value; this call removed the victim
//         -E2BIG  the map is full, and the victim is not in it: it
//                 was not there, or it was removed and another
//                 process took its room; nothing else changed
//         -errno  any other failure of a map call, such as -EINVAL
//                 from bpf_map_delete_elem for a map whose entries
//                 cannot be removed
int insert_over(int fd, uint32_t key, uint64_t value, uint32_t victim);

#endif
