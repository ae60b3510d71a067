/* SPDX-License-Identifier: MIT */
#include "exercise.h"

#define A(x) x x x x x x x x x x
#define B(x) A(A(A(x)))
#define C(x) B(B(B(x)))
static const char many[] = C(C("a "));

int claim(int fd, uint32_t address, uint64_t owner)
{
	return many[address] + fd + (int)owner;
}
