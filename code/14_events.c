/* SPDX-License-Identifier: MIT */

// A BPF program tells, and we listen. What is lost can be counted.
#include "expect.h"
#include <bpf/bpf.h>
#include "14_events.skel.h"

static __u32 latest, missing;

// libbpf calls this for each event, which lies in the buffer still.
static int on_event(void *context, void *data, size_t size)
{
	const __u32 *number = data;

	(void)context, (void)size;
	missing += *number - latest - 1;
	latest = *number;
	return 0;
}

int main(void)
{
	const char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet,
		    .data_size_in = sizeof(packet), .repeat = 3);
	struct ring_buffer *ring = NULL;
	struct events *bpf = events__open();
	if (!bpf || EXPECT(events__load(bpf), 0) < 0 ||
	    EXPECT(!bpf->bss, 0))
		goto end;
	int program = bpf_program__fd(bpf->progs.report);
	int map = bpf_map__fd(bpf->maps.events);
	ring = ring_buffer__new(map, on_event, NULL, NULL);
	if (EXPECT(!ring, 0))
		goto end;

	// Three packets come. We wait for 100 milliseconds at most.
	EXPECT(bpf_prog_test_run_opts(program, &run), 0);
	EXPECT(ring_buffer__poll(ring, 100), 3);
	EXPECT(ring_buffer__poll(ring, 0), 0);

	// Now nobody listens. The buffer is never filled to its last
	// byte, so 4096 bytes have room for 255 events of 16.
	__u32 room = (bpf_map__max_entries(bpf->maps.events) - 1) / 16;
	run.repeat = (int)room + 45;
	EXPECT(bpf_prog_test_run_opts(program, &run), 0);
	EXPECT(bpf->bss->lost, 45);

	// The old ones are there. The gap shows with the next event.
	EXPECT(ring_buffer__consume(ring), room);
	EXPECT(missing, 0);
	run.repeat = 1;
	EXPECT(bpf_prog_test_run_opts(program, &run), 0);
	EXPECT(ring_buffer__consume(ring), 1);
	EXPECT(missing, 45);
end:
	ring_buffer__free(ring);
	events__destroy(bpf);
	return finish() || !ring;
}
