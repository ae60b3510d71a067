/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// The descriptors of the two maps. The caller closes them.
struct tables {
	int blocked;
	int recent;
};

// Create both maps, or none.
//
// tables   where the descriptors go, on success only
// blocked  room in the map "blocked": a hash, uint32_t to uint64_t,
//          that never drops an entry
// recent   room in the map "recent": the same key and value, but a
//          full map drops old entries to make room
//
// Returns 0       both maps exist
//         -EINVAL blocked or recent is 0; nothing is open, tables is
//                 as it was
//         -errno  any other failure of a map call; likewise
int open_tables(struct tables *tables, uint32_t blocked,
		uint32_t recent);

#endif
