/* SPDX-License-Identifier: MIT */
#include "exercise.h"

int main(void)
{
	return 0;
}

int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)fd;
	(void)address;
	(void)owner;
	return 0;
}
