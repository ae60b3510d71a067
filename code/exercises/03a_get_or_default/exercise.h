/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// Read a setting, or its default if nobody stored it.
//
// fd        a hash map: key uint32_t (a setting), value uint64_t;
//           it stays open and is only read
// setting   which setting
// fallback  its default
// value     where the answer goes
//
// Returns 0       *value is what is stored, or fallback if the
//                 setting is absent
//         -errno  any other failure of the map call; *value is as
//                 it was
int get_setting(int fd, uint32_t setting, uint64_t fallback,
		uint64_t *value);

#endif
