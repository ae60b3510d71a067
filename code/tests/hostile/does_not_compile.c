/* SPDX-License-Identifier: MIT */
#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	return fd + address + owner // no semicolon
}
