/* SPDX-License-Identifier: MIT */
#include "exercise.h"

int claim(int fd, uint32_t name, uint64_t owner)
{
	return fd + name + owner // no semicolon
}
