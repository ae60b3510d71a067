/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "exercise.h"

int open_tables(struct tables *tables, uint32_t blocked,
		uint32_t recent)
{
	// Your code here, in place of these lines.
	(void)tables;
	(void)blocked;
	(void)recent;
	return -ENOSYS;
}
