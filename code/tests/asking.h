/* SPDX-License-Identifier: MIT */

// What the programs share that ask the kernel for facts. A fact is a
// function that returns 0 if it holds.
#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>

#define HASH BPF_MAP_TYPE_HASH

static __u32 key = 1;
static __u64 value = 1;

struct fact {
	const char *name;
	int (*holds)(void);
};

// Returns 0 if the fact of that name holds, 2 if there is none; the
// last of `facts` has no name.
static int ask(const struct fact *facts, const char *name)
{
	for (; facts->name; facts++)
		if (!strcmp(name, facts->name))
			return facts->holds();
	return 2;
}

static int create(int type, __u32 entries, __u32 flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags);

	return bpf_map_create(type, "asked", 4, 8, entries, &opts);
}

// The kernel's own count of what a map uses, in bytes; -1 if it has
// none. Source: /proc/PID/fdinfo/FD.
static long memlock(int fd)
{
	char path[64], line[128];
	long bytes = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "memlock: %ld", &bytes);
	if (file)
		fclose(file);
	return bytes;
}
