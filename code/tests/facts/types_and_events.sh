# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # facts.t sources this, and has what it calls

# A store into a mapped array is no call.
stored_by_nobody() {
	grep -q -- '-> value 2a 00' "$1" && ! grep -q '^ *key .*[0-9a-f]  value 2a' "$1"
}
calls=$top/lessons/transcripts/13_which_map.bpf.txt
ok 'no call of 13_which_map stores the 42 that a lookup finds' stored_by_nobody "$calls"
plant '0,/  value 01/s//  value 2a/' "$calls" "$tmp/stores"
ok '  and one that does is seen' not stored_by_nobody "$tmp/stores"

# The same bytes, the other way round.
host_order() {
	changed 13_which_map 's/{ 10, 0, 0, 7 }/{ 7, 0, 0, 10 }/
		s/\(lookup_elem(map, &host, &value), \)0/\1'"$1"'/'
}
ok 'an address in the byte order of the machine matches no prefix' host_order -ENOENT
ok '  and is not found' not host_order 0

# What an entry takes; and what an LPM trie takes for one.
cat >"$tmp/entry.c" <<-'END'
	#include "tests/asking.h"
	#include <errno.h>
	enum { ROOM = 1 << 16 };
	static long each(int type, int key, int value)
	{
		return memlock(bpf_map_create(type, "entry", key, value, ROOM, NULL)) / ROOM;
	}
	int main(int argc, char **argv)
	{
		LIBBPF_OPTS(bpf_map_create_opts, lazy, .map_flags = BPF_F_NO_PREALLOC);
		struct { __u32 bits; unsigned char address[4]; }
			one = { 24, { 192, 0, 2, 77 } }, other = { 24, { 192, 0, 2, 0 } };
		long empty;
		int trie = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "trie", 8, 8, ROOM, &lazy);
		int hash = bpf_map_create(BPF_MAP_TYPE_HASH, "hash", 8, 8, 4, NULL);

		if (!strcmp(argv[1], "counts"))
			return each(BPF_MAP_TYPE_HASH, 4, 8) <= 16 || memlock(trie) > ROOM;
		if (!strcmp(argv[1], "array"))
			return each(BPF_MAP_TYPE_ARRAY, 4, 1) != 8 || each(BPF_MAP_TYPE_ARRAY, 4, 8) != 8 ||
			       each(BPF_MAP_TYPE_ARRAY, 4, 9) != 16;
		if (!strcmp(argv[1], "queue"))
			return each(BPF_MAP_TYPE_QUEUE, 0, 1) != 1;
		if (!strcmp(argv[1], "trie")) {
			empty = memlock(trie);
			for (one.bits = 8; one.bits <= 32; one.bits++)
				if (bpf_map_update_elem(trie, &one, &value, BPF_ANY))
					return 2;
			return empty >= 1000 || memlock(trie) < empty + 25 * 16;
		}
		/* The same prefix in other bytes: one rule in a trie, two keys in a hash. */
		return bpf_map_update_elem(trie, &one, &value, BPF_ANY) ||
		       bpf_map_update_elem(hash, &one, &value, BPF_ANY) ||
		       bpf_map_update_elem(trie, &other, &value, BPF_ANY) ||
		       bpf_map_lookup_elem(hash, &other, &value) != -ENOENT ||
		       bpf_map_delete_elem(trie, &one) || bpf_map_delete_elem(trie, &other) != -ENOENT;
	}
END
build entry
ok 'a prefix written in two ways is one rule in a trie, and two keys in a hash' "$tmp/entry" prefix
if "$tmp/entry" counts; then
	ok 'an array takes 8 bytes for an entry of 1 byte or 8, and nothing else' "$tmp/entry" array
	ok '  which is more than a queue takes for one of 1 byte' "$tmp/entry" queue
	ok 'a trie takes its memory entry by entry' "$tmp/entry" trie
else
	skip 'what an entry takes' 'this kernel is too old to count the memory of a map'
fi

# Since when a library has a function stands in it.
since() {
	nm -D "$(pkg-config --variable=libdir libbpf)/libbpf.so" | grep -q " $1@@LIBBPF_$2\$"
}
ring_since() {
	for function in new poll consume free; do
		since ring_buffer__$function 0.0.9 || return 1
	done
	since ring_buffer__epoll_fd 0.3.0
}
ok 'libbpf has ring buffers since 0.0.9, and their epoll_fd since 0.3' ring_since
ok '  and not since another version' not since ring_buffer__epoll_fd 0.0.9

# A ring buffer: when its descriptors are readable, how long a poll waits,
# what two readers get, what a failure looks like.
cat >"$tmp/ring.bpf.c" <<-'END'
	#include <linux/bpf.h>
	#include <bpf/bpf_helpers.h>
	struct {
		__uint(type, BPF_MAP_TYPE_RINGBUF);
		__uint(max_entries, 4096);
	} events SEC(".maps");
	__u64 produced, consumed, full;
	SEC("socket") int tell(void *packet)
	{
		__u64 copy = 7, *event;

		bpf_ringbuf_output(&events, &copy, sizeof(copy), 0);
		copy = 9;
		event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
		if (event) {
			*event = 8;
			bpf_ringbuf_submit(event, 0);
		}
		produced = bpf_ringbuf_query(&events, BPF_RB_PROD_POS);
		consumed = bpf_ringbuf_query(&events, BPF_RB_CONS_POS);
		full = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA);
		return 0;
	}
END
cat >"$tmp/ring.c" <<-'END'
	#include <bpf/bpf.h>
	#include <errno.h>
	#include <poll.h>
	#include <signal.h>
	#include <string.h>
	#include <sys/time.h>
	#include <time.h>
	#include "ring.skel.h"
	static struct ring_buffer *other;
	static int seen, stop;
	static __u64 sum;
	static int on_event(void *context, void *data, size_t size)
	{
		sum += *(__u64 *)data;
		seen++;
		if (context && other) {
			ring_buffer__consume(other);
			other = NULL;
		}
		return stop ? -1 : 0;
	}
	static int readable(int fd)
	{
		struct pollfd one = { .fd = fd, .events = POLLIN };
		return poll(&one, 1, 0) == 1 && one.revents & POLLIN;
	}
	static double now(void)
	{
		struct timespec t;
		clock_gettime(CLOCK_MONOTONIC, &t);
		return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
	}
	static void nothing(int signal)
	{
	}
	int main(int argc, char **argv)
	{
		char packet[64] = { 0 };
		LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet));
		struct ring *bpf = ring__open_and_load();
		int map = bpf_map__fd(bpf->maps.events), program = bpf_program__fd(bpf->progs.tell), fd;
		struct ring_buffer *ring = ring_buffer__new(map, on_event, &map, NULL);
		struct itimerval soon = { .it_value.tv_usec = 200000 };
		double start = now();

		switch (*argv[1]) {
		case 'r': /* readable */
			fd = ring_buffer__epoll_fd(ring);
			if (readable(fd) || readable(map) || bpf_prog_test_run_opts(program, &run) ||
			    !readable(fd) || !readable(map) || ring_buffer__consume(ring) != 2)
				return 1;
			return readable(fd) || readable(map);
		case 'w': /* waits */
			signal(SIGALRM, nothing);
			if (ring_buffer__poll(ring, 0) || ring_buffer__poll(ring, 60) || now() - start < 0.06)
				return 1;
			setitimer(ITIMER_REAL, &soon, NULL);
			return ring_buffer__poll(ring, -1) != -EINTR;
		case 't': /* twice */
			other = ring_buffer__new(map, on_event, NULL, NULL);
			return bpf_prog_test_run_opts(program, &run) || ring_buffer__consume(ring) != 2 || seen != 4;
		case 's': /* some each */
			stop = 1;
			if (bpf_prog_test_run_opts(program, &run) || ring_buffer__consume(ring) != -1 || seen != 1)
				return 1;
			stop = 0;
			other = ring_buffer__new(map, on_event, NULL, NULL);
			return ring_buffer__consume(other) != 1 || seen != 2 || sum != 7 + 8;
		case 'f': /* fails */
			fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "a", 4, 8, 1, NULL);
			errno = 0;
			if (ring_buffer__new(fd, on_event, NULL, NULL) || errno != EINVAL)
				return 1;
			errno = 0;
			return ring_buffer__new(-1, on_event, NULL, NULL) || errno != EBADFD;
		case 'q': /* queries, before and after it is read */
			return bpf_prog_test_run_opts(program, &run) || bpf->bss->full != 32 ||
			       bpf->bss->produced != 32 || bpf->bss->consumed != 0 || ring_buffer__consume(ring) != 2 ||
			       bpf_prog_test_run_opts(program, &run) || bpf->bss->full != 32 ||
			       bpf->bss->produced != 64 || bpf->bss->consumed != 32;
		default: /* copies: 7, and not what the variable is later */
			return bpf_prog_test_run_opts(program, &run) || ring_buffer__consume(ring) != 2 || sum != 7 + 8;
		}
	}
END
skeleton() {
	clang -g -O2 -target bpf -I"/usr/include/$(cc -print-multiarch 2>/dev/null)" -c "$tmp/ring.bpf.c" -o "$tmp/ring.bpf.o" &&
		bpftool gen skeleton "$tmp/ring.bpf.o" name ring >"$tmp/ring.skel.h"
}
# only_sleeps: what 14_events calls between the load and the end
only_sleeps() {
	strace -qq -o "$tmp/strace" "$code/14_events" >"$tmp/out" &&
		sed -n '/OBJ_GET_INFO/,/^munmap/p' "$tmp/strace" | grep -v -e PROG_TEST_RUN -e '^munmap' | cut -d'(' -f1 | paste -s -d ' ' - | grep -qx "$1"
}
export PATH="$PATH:/usr/sbin:/sbin"
if command -v clang >/dev/null 2>&1 && command -v bpftool >/dev/null 2>&1; then
	ok 'clang compiles a program for a ring buffer' skeleton
	build ring
	ok 'a ring buffer and its epoll_fd are readable when there is an event' "$tmp/ring" readable
	ok 'a poll waits as long as it is told, -1 for ever, and a signal ends it with EINTR' "$tmp/ring" waits
	ok 'two readers can get the same event twice' "$tmp/ring" twice
	ok '  or some of the events each' "$tmp/ring" some
	ok 'a ring_buffer__new that fails gives NULL and sets errno' "$tmp/ring" fails
	ok 'bpf_ringbuf_query tells both positions, and how much is not yet read' "$tmp/ring" query
	ok 'bpf_ringbuf_output copies' "$tmp/ring" copies
	if command -v strace >/dev/null 2>&1; then
		ok 'a ring buffer is mapped with two mmap, and read with no call but epoll_wait' \
			only_sleeps 'bpf mmap mmap epoll_ctl epoll_wait epoll_wait'
		ok '  and another list of calls is seen' not only_sleeps 'bpf mmap mmap epoll_wait epoll_wait'
	fi
else
	skip 'what lesson 14 says of ring buffers' 'no clang and bpftool: make test-deps'
fi

