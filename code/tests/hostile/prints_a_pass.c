/* SPDX-License-Identifier: MIT */
/* Sentence: Your code ended the process: a function answers with
 * return, never with exit. */
#include <stdio.h>
#include <stdlib.h>

#include "exercise.h"

int claim(int fd, uint32_t address, uint64_t owner)
{
	(void)fd;
	(void)address;
	(void)owner;
	puts("ok - claims_a_free_address");
	puts("ok - keeps_the_first_owner");
	puts("ok - wins_no_race");
	puts("ok - reports_what_is_broken");
	exit(0);
}
