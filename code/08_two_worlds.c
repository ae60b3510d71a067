/* SPDX-License-Identifier: MIT */

// One name, two worlds: a library function here, a helper there. The
// BPF program of 08_two_worlds.bpf.c stores in the same map as we do.
#include "expect.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "08_two_worlds.skel.h"

int main(void)
{
	const __u32 one = 1, two = 2;
	__u64 value = 100;

	// The skeleton holds the compiled BPF program. Loading it makes
	// the map, and the kernel checks every instruction.
	struct two_worlds *bpf = two_worlds__open();
	if (!bpf || EXPECT(two_worlds__load(bpf), 0) < 0) {
		two_worlds__destroy(bpf);
		return finish() || 1;
	}
	int map = bpf_map__fd(bpf->maps.visits);
	int program = bpf_program__fd(bpf->progs.visit);

	// User space: the first argument is a **descriptor**, and
	// libbpf makes a system call.
	EXPECT(bpf_map_update_elem(map, &one, &value, BPF_NOEXIST), 0);

	// BPF: let the program run once, in the kernel, on an empty
	// packet. `retval` is what its helper returned.
	const char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet,
		    .data_size_in = sizeof(packet));
	EXPECT(bpf_prog_test_run_opts(program, &run), 0);
	EXPECT((int)run.retval, 0);

	// The flags mean the same there. Key 2 is present by now.
	EXPECT(bpf_prog_test_run_opts(program, &run), 0);
	EXPECT((int)run.retval, -EEXIST);

	// It is one map: here we find what was stored there.
	EXPECT(bpf_map_lookup_elem(map, &two, &value), 0);
	EXPECT(value, 200);

	// Two underscores: the first argument is a struct of libbpf's,
	// which compares your sizes with the map's before it calls.
	EXPECT(bpf_map__update_elem(bpf->maps.visits, &one, sizeof(one),
				    &value, sizeof(value), BPF_ANY),
	       0);

	// A value of four bytes will not do. libbpf says so on stderr
	// as well, unless you ask it not to.
	libbpf_set_print(NULL);
	EXPECT(bpf_map__update_elem(bpf->maps.visits, &one, sizeof(one),
				    &value, 4, BPF_ANY),
	       -EINVAL);

	two_worlds__destroy(bpf);
	return finish();
}
