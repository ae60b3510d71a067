/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// The descriptors of the two maps. The caller closes them.
struct store {
	int users;
	int recent;
};

// Create both maps of the store, or none.
//
// store   where the descriptors go, on success only
// users   room in the map "users": a hash, uint32_t to uint64_t,
//         that never drops an entry
// recent  room in the map "recent": the same key and value, but a
//         full map drops old entries to make room
//
// Returns 0       both maps exist
//         -EINVAL users or recent is 0; nothing is open, store is
//                 as it was
//         -errno  any other failure of a map call; likewise
int open_store(struct store *store, uint32_t users, uint32_t recent);

#endif
