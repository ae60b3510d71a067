/* SPDX-License-Identifier: MIT */
/* Needs CAP_BPF CAP_PERFMON */

// A BPF program makes a map and fills it. This side loads it, finds
// the map and reads. With `live`, it counts until Ctrl+C.
#include "expect.h"
#include <signal.h>
#include <sys/prctl.h>
#include <bpf/bpf.h>
#include "10_kernel_side.skel.h"

int main(int argc, char **argv)
{
	const int live = argc > 1 && strcmp(argv[1], "live") == 0;
	const __u32 room = live ? 1024 : 1;
	const struct timespec second = { 1, 0 };
	char name[16] = "", *previous = NULL;
	struct {
		__u32 count, latest;
	} start = { 0 };
	sigset_t stop;

	// Open is not loaded. There is no map yet, so its size can be
	// chosen still, and the value of the constant.
	struct kernel_side *bpf = kernel_side__open();
	if (!bpf)
		return perror("kernel_side__open"), 1;
	EXPECT(bpf_map__set_max_entries(bpf->maps.starts, room), 0);
	bpf->rodata->every = 1;
	if (EXPECT(kernel_side__load(bpf), 0) < 0 ||
	    EXPECT(!bpf->data, 0))
		goto end;

	// Loaded: now there is a map, and it stays as large as it is.
	EXPECT(bpf_map__set_max_entries(bpf->maps.starts, 9), -EBUSY);
	int map = bpf_map__fd(bpf->maps.starts);
	if (live) {
		// It runs whenever a program starts. We keep its clock.
		sigemptyset(&stop);
		sigaddset(&stop, SIGINT);
		sigprocmask(SIG_BLOCK, &stop, NULL);
		surprises = kernel_side__attach(bpf) < 0;
		fputs("Counting. Ctrl+C ends it.\n", stderr);
		while (!surprises &&
		       sigtimedwait(&stop, NULL, &second) < 0)
			bpf->data->now++;
		kernel_side__detach(bpf);
		for (; !bpf_map_get_next_key(map, previous, name) &&
		       !bpf_map_lookup_elem(map, name, &start);
		     previous = name)
			printf("%-15s %5u, the latest at %u\n", name,
			       start.count, start.latest);
		goto end;
	}

	// Without `live`, by hand. It counts us, under our own name.
	int program = bpf_program__fd(bpf->progs.count_start);
	prctl(PR_SET_NAME, "sshd");
	EXPECT(bpf_prog_test_run_opts(program, NULL), 0);

	// Its variable lies in our memory, too: this is no call.
	bpf->data->now = 7;
	EXPECT(bpf_prog_test_run_opts(program, NULL), 0);

	// There is room for one name. The second one is lost.
	prctl(PR_SET_NAME, "cron");
	EXPECT(bpf_prog_test_run_opts(program, NULL), 0);
	EXPECT(bpf->bss->lost, 1);

	// It is a map like any other, and can be walked.
	EXPECT(bpf_map_get_next_key(map, NULL, name), 0);
	EXPECT(!strcmp(name, "sshd"), 1);
	EXPECT(bpf_map_lookup_elem(map, name, &start), 0);
	EXPECT(start.count, 2);
	EXPECT(start.latest, 7);
	EXPECT(bpf_map_get_next_key(map, name, name), -ENOENT);
end:
	kernel_side__destroy(bpf);
	return finish();
}
