/* SPDX-License-Identifier: MIT */

// Make a table in the kernel, block one address, and look it up.
#include <stdio.h>
#include <unistd.h>
#include <bpf/bpf.h>

int main(void)
{
	const unsigned char address[4] = { 203, 0, 113, 7 };
	int strikes = 3, found = 0;
	int map = bpf_map_create(BPF_MAP_TYPE_HASH, "blocked",
				 sizeof(address), sizeof(strikes), 1024,
				 NULL);

	if (map < 0) {
		perror("bpf_map_create (did you use sudo?)");
		return 1;
	}
	if (bpf_map_update_elem(map, address, &strikes, BPF_ANY) < 0)
		perror("bpf_map_update_elem");
	else if (bpf_map_lookup_elem(map, address, &found) < 0)
		perror("bpf_map_lookup_elem");
	else
		printf("203.0.113.7 is blocked: %d strikes\n", found);
	close(map);
	if (fflush(stdout) == EOF)
		perror("cannot write to stdout");
	return !found || ferror(stdout);
}
