/* SPDX-License-Identifier: MIT */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdint.h>

// What the queue holds.
struct job {
	uint32_t number;
	uint32_t kind;
	uint64_t argument;
};

// Add a job at the end of a queue.
//
// fd   a map of type BPF_MAP_TYPE_QUEUE, value struct job; it stays
//      open
// job  what to add
//
// Returns 0       the job is in the queue
//         -EAGAIN the queue is full; nothing changed
//         -errno  any other failure of the map call
int add_job(int fd, const struct job *job);

// Take the oldest job out of a queue.
//
// fd   as above
// job  where it goes
//
// Returns 1       *job is the job, which is no longer in the queue
//         0       the queue is empty; *job is as it was
//         -errno  any other failure of the map call; likewise
int take_job(int fd, struct job *job);

#endif
