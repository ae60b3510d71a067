/* SPDX-License-Identifier: MIT */

// One key, and a value for each CPU: nobody waits, and nobody loses a
// count. Whoever reads gets them all, and adds up.
#include "expect.h"
#include <stdlib.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

int main(void)
{
	const int cpus = libbpf_num_possible_cpus();
	const __u32 port = 443;
	__u64 sum = 0;
	int map = EXPECT(bpf_map_create(BPF_MAP_TYPE_PERCPU_HASH,
					"packets", 4, 8, 16, NULL),
			 A_DESCRIPTOR);
	if (map < 0)
		return finish();

	// An update writes the value of every CPU.
	__u64 *packets = calloc((size_t)cpus, sizeof(*packets));
	if (!packets)
		return perror("calloc"), 1;
	for (int cpu = 0; cpu < cpus; cpu++)
		packets[cpu] = 100;
	EXPECT(bpf_map_update_elem(map, &port, packets, BPF_ANY), 0);

	// And a lookup reads them all. There is one for each CPU that
	// this machine can ever have, whether it is there or not.
	memset(packets, 0, (size_t)cpus * sizeof(*packets));
	EXPECT(bpf_map_lookup_elem(map, &port, packets), 0);
	for (int cpu = 0; cpu < cpus; cpu++)
		sum += packets[cpu];
	EXPECT(sum == 100 * (__u64)cpus, 1);

	// What the map says of its size is the size of one.
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	EXPECT(bpf_obj_get_info_by_fd(map, &info, &size), 0);
	EXPECT(info.value_size, 8);
	EXPECT(close(map), 0);

	// A value of 4 bytes takes 8, for each begins at a multiple of
	// 8. So the next one is two steps further, not one.
	map = EXPECT(bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "drops",
				    4, 4, 1, NULL),
		     A_DESCRIPTOR);
	const __u32 first = 0;
	__u32 *drops = (__u32 *)packets;
	for (int cpu = 0; cpu < cpus; cpu++)
		drops[2 * cpu] = 7;
	EXPECT(bpf_map_update_elem(map, &first, drops, 0), 0);

	// Now the classic mistake. You think of one value, and pass its
	// address. Here the rest of the memory is ours, and marked.
	memset(packets, 0xaa, (size_t)cpus * sizeof(*packets));
	__u32 *one = drops;
	int overwritten = 0;
	EXPECT(bpf_map_lookup_elem(map, &first, one), 0);
	for (int cpu = 1; cpu < cpus; cpu++)
		overwritten += drops[2 * cpu] == 7;
	EXPECT(overwritten == cpus - 1, 1);

	EXPECT(close(map), 0);
	free(packets);
	return finish();
}
