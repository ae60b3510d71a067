# SPDX-License-Identifier: MIT
# The BPF programs at work on a real hook: what lesson 10 says of a
# program that counts starts, seen from outside of it.
. "$(dirname "$0")/tap.sh"

need clang bpftool
need_bpf

# live PROGRAM: start it in the background; $pid is counting now
live() {
	rm -f "$tmp/said"
	mkfifo "$tmp/said" || return 1
	"$1" live 2>"$tmp/said" >"$tmp/counts" &
	pid=$!
	read -r said <"$tmp/said"
	case $said in Counting*) return ;; esac
	echo "$said"
	wait "$pid"
	return 1
}

# stop: Ctrl+C, and the program ends by itself, and well
stop() {
	kill -INT "$pid" && wait "$pid"
}

# counted NAME COUNT: so many starts stand under a name
counted() {
	cat "$tmp/counts"
	awk -v name="$1" -v count="$2" '$1 == name && $2 == count "," { found = 1 } END { exit !found }' "$tmp/counts"
}

# A name of its own for each run of this test, and one that is too long.
short=here$$ long=a_name_too_long_$$
cp "$code/tools/trace_calls" "$tmp/$short"
ln "$tmp/$short" "$tmp/$long"
starts() {
	live "$1" || return 1
	for _ in 1 2 3; do
		"$tmp/$short" 2>"$tmp/usage"
	done
	"$tmp/$long" 2>"$tmp/usage"
	stop
}
if ! "$code/10_kernel_side" >"$tmp/out" 2>&1; then
	skip_all 'a tracepoint takes CAP_PERFMON: run make test as root'
fi
ok 'it counts until Ctrl+C' starts "$code/10_kernel_side"
ok '  a program that started three times' counted "$short" 3
ok '  under the first 15 characters of its name' counted a_name_too_long 1
ok '  and another count is seen' not counted "$short" 4

# What is left of it when it is over: the ids of its maps lead nowhere.
ids() {
	sed -n 's/^map_id:[[:space:]]*//p' /proc/"$1"/fdinfo/*
}
gone() {
	while read -r id; do
		! bpftool map show id "$id" >"$tmp/map" 2>&1 && grep -q 'No such file' "$tmp/map" || return 1
	done <"$tmp/ids"
}
killed() {
	live "$code/10_kernel_side" || return 1
	ids "$pid" >"$tmp/ids"
	[ "$(wc -l <"$tmp/ids")" -eq 4 ] || return 1
	{ kill -KILL "$pid" && wait "$pid"; } 2>"$tmp/killed"
	# The kernel takes its time after the end of a process.
	for _ in $(seq 600); do
		gone && return
		sleep 0.1
	done
	return 1
}
ok 'killed, it leaves none of its four maps behind' killed
live "$code/10_kernel_side"
ids "$pid" >"$tmp/ids"
ok '  and one that is still there is seen' not gone
stop

# The dump of the book.
same_dump() {
	sh "$code/tools/transcript.sh" dump >"$tmp/dump" && diff "$1" "$tmp/dump"
}
recorded=$top/lessons/transcripts/10_kernel_side.dump.txt
ok 'bpftool prints the map with names and types' same_dump "$recorded"
plant 's/"count"/"value"/' "$recorded" "$tmp/other"
ok '  and other words are seen' not same_dump "$tmp/other"

# A constant is one once the program is loaded; variables are memory.
segfaults() {
	mutant 10_kernel_side 's/^\tint map = /\tbpf->rodata->every = 2;\n&/' || return 1
	{ "$tmp/10_kernel_side" >"$tmp/out"; } 2>"$tmp/err"
	[ $? -eq 139 ]
}
ok 'to set a constant after the load is a segmentation fault' segfaults
one_in_two() {
	mutant 10_kernel_side 's/rodata->every = 1/rodata->every = 1 << 30/' || return 1
	! "$tmp/10_kernel_side" >"$tmp/out" 2>"$tmp/err" && grep -q '^bpf_map_get_next_key(map, NULL, name) = -ENOENT' "$tmp/out"
}
ok 'set before, it is heeded: of many starts one is counted' one_in_two

# size_of NAME: what the kernel keeps of the program, in bytes
size_of() {
	live "$1" || return 1
	size=$(for file in /proc/"$pid"/fdinfo/*; do
		sed -n 's/^prog_id:[[:space:]]*//p' "$file"
	done | sort -u | while read -r id; do
		bpftool prog dump xlated id "$id" | grep -c '^ *[0-9]*: ('
	done | head -n 1)
	stop
	echo "$size instructions"
}
left_out() {
	mutant 10_kernel_side 's/rodata->every = 1/rodata->every = 9/' || return 1
	size_of "$code/10_kernel_side" && small=$size && size_of "$tmp/10_kernel_side" && [ "$small" -lt "$size" ]
}
ok 'what never happens is left out of the program' left_out


# What lesson 14 says of ring buffers.
# events SCRIPT: 14_events with its kernel's side changed
events() {
	sed "$1" "$code/14_events.bpf.c" >"$tmp/14_events.bpf.c"
	! cmp -s "$code/14_events.bpf.c" "$tmp/14_events.bpf.c" &&
		clang -O2 -g -target bpf -I"/usr/include/$(cc -print-multiarch 2>/dev/null)" -c -o "$tmp/14_events.bpf.o" "$tmp/14_events.bpf.c" &&
		bpftool gen skeleton "$tmp/14_events.bpf.o" name events >"$tmp/14_events.skel.h" &&
		bpf_cc cc -w -std=c11 -I"$tmp" -I"$code" -o "$tmp/14_events" "$code/14_events.c" || return 2
	"$tmp/14_events" >"$tmp/out" 2>"$tmp/err"
}
forgets() {
	events 's/bpf_ringbuf_submit(event, 0);//'
	[ $? -eq 1 ] && grep -q 'Unreleased reference' "$tmp/err"
}
discards() {
	events 's/bpf_ringbuf_submit/bpf_ringbuf_discard/'
	[ $? -eq 1 ] && grep -qx 'ring_buffer__poll(ring, 100) = 0' "$tmp/out" && grep -qx 'bpf->bss->lost = 45' "$tmp/out"
}
ok 'a program that forgets what it has reserved is not loaded' forgets
ok 'what is discarded is not seen, and takes its room until it is passed over' discards
ok 'libbpf rounds up the size of a ring buffer' events 's/max_entries, 4096/max_entries, 100/'
cat >"$tmp/ring.c" <<-'END'
	#include <bpf/bpf.h>
	#include <errno.h>
	#include <unistd.h>
	int main(void)
	{
		const unsigned int page = (unsigned int)sysconf(_SC_PAGESIZE), wrong[] = { 1, page / 2, page + 1, 3 * page };

		for (int i = 0; i < 4; i++)
			if (bpf_map_create(BPF_MAP_TYPE_RINGBUF, "r", 0, 0, wrong[i], NULL) != -EINVAL)
				return 1;
		return bpf_map_create(BPF_MAP_TYPE_RINGBUF, "r", 0, 0, 2 * page, NULL) < 0;
	}
END
ok 'a program for its sizes is built' bpf_cc cc -w -o "$tmp/ring" "$tmp/ring.c"
ok 'the kernel takes a power of two and a multiple of the page size, and no other' "$tmp/ring"

done_testing
