/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// A key of the map. Its padding is zero.
struct flow {
	uint32_t host;
	uint16_t port;
};

// Look up how many bytes a flow had.
//
// fd     a hash map: key struct flow, value uint64_t (bytes); it
//        stays open
// host   the flow's host, port its port
// bytes  where the answer goes
//
// Returns 0       *bytes is the flow's
//         -ENOENT there is no such flow; *bytes is as it was
//         -errno  any other failure of the map call; likewise
int find_bytes(int fd, uint32_t host, uint16_t port, uint64_t *bytes);

#endif
