# SPDX-License-Identifier: MIT
# test_maps gets SIGINT and SIGTERM at 200 random moments. It always ends
# at once with status 0 and a summary that adds up, and its map is gone.
. "$(dirname "$0")/tap.sh"

need_bpf
seed=${SEED:-$(date +%s)}
echo "# SEED=$seed"

# limit SECONDS PID: kills PID then, unless $watchdog is ended before
limit() {
	(sleeper=''
		trap '[ -z "$sleeper" ] || kill "$sleeper"; exit' TERM
		sleep "$1" &
		sleeper=$!
		wait "$sleeper" && kill -9 "$2") >/dev/null 2>&1 &
	watchdog=$!
}

# listing: waits until test_maps, which is $pid, has listed a round
listing() {
	while ! grep -qs 14 "$tmp/out"; do
		kill -0 "$pid" || return 1
		sleep 0.01
	done
}

# stops_well PROGRAM SIGNAL DELAY: signal PROGRAM once it has begun,
# DELAY seconds later
stops_well() {
	rm -f "$tmp/fifo"
	mkfifo "$tmp/fifo" || return 1
	"$1" --interval 0.003 >"$tmp/fifo" 2>"$tmp/err" &
	pid=$!
	exec 3<"$tmp/fifo"
	read -r first <&3
	id=$(sed -n 's/^map_id:[[:space:]]*//p' /proc/"$pid"/fdinfo/* 2>/dev/null)
	cat <&3 >"$tmp/out" &
	reader=$!
	exec 3<&-
	sleep "$3"
	kill -"$2" "$pid"
	limit 60 "$pid"
	wait "$pid"
	status=$?
	kill "$watchdog" 2>/dev/null
	wait "$reader"
	tail -n 1 "$tmp/out"
	echo "signal $2 after $3 s: status $status, first line: $first"
	cat "$tmp/err"
	[ "$status" -eq 0 ] && [ ! -s "$tmp/err" ] && [ -n "$id" ] &&
		tail -n 1 "$tmp/out" | awk '
			!/^[0-9]+ opened = [0-9]+ closed [+] [0-9]+ expired [+] [0-9]+ drained$/ { exit 1 }
			$1 == 0 || $1 != $4 + $7 + $10 { exit 1 }
			{ found = 1 } END { exit !found }'
}

# gone ID: no map has this id any more
gone() {
	! bpftool map show id "$1" >"$tmp/map" 2>&1 && grep -q 'No such file' "$tmp/map"
}

# Moments from 0 to 40 ms: about ten rounds, in and between them.
awk -v seed="$seed" 'BEGIN {
	srand(seed)
	for (i = 0; i < 200; i++)
		printf "%s %.4f\n", i % 2 ? "INT" : "TERM", rand() * 0.04
}' >"$tmp/moments"

all_stop_well() {
	while read -r signal delay; do
		stops_well "$1" "$signal" "$delay" || return 1
		echo "$id" >>"$tmp/ids"
	done <"$tmp/moments"
	[ "$(wc -l <"$tmp/ids")" -eq 200 ]
}

all_gone() {
	while read -r id; do
		gone "$id" || return 1
	done <"$tmp/ids"
}

ok 'test_maps ends well at 200 random moments' all_stop_well "$code/test_maps"
if ! command -v bpftool >/dev/null 2>&1; then
	skip 'none of the 200 maps is left behind' 'no bpftool: make test-deps'
elif [ "$(bpftool map show id 4294967295 2>&1 | grep -c 'No such file')" -eq 0 ]; then
	skip 'none of the 200 maps is left behind' 'to look for a map takes CAP_SYS_ADMIN: run make test as root'
else
	ok 'none of the 200 maps is left behind' all_gone
fi

# readable: bpftool shows the table of a running test_maps by its name
readable() {
	rm -f "$tmp/out"
	"$code/test_maps" --interval 3600 >"$tmp/out" &
	pid=$!
	listing || return 1
	id=$(sed -n "s/^map_id:[[:space:]]*//p" /proc/"$pid"/fdinfo/*)
	bpftool map show id "$id"
	bpftool map dump id "$id" >"$tmp/dump"
	kill "$pid"
	wait "$pid"
	cat "$tmp/dump"
	grep -q "key: 0c 00 00 00  value: 01 00 00 00 01 00 00 00" "$tmp/dump"
}
if [ -s "$tmp/ids" ] && bpftool map show id 4294967295 2>&1 | grep -q "No such file"; then
	ok "bpftool shows the table while test_maps runs" readable
else
	skip "bpftool shows the table while test_maps runs" "it takes bpftool and CAP_SYS_ADMIN: make test-deps, and run make test as root"
fi

at_once() {
	rm -f "$tmp/out"
	"$code/test_maps" --interval 3600 >"$tmp/out" &
	pid=$!
	listing || return 1
	# Not gone within a minute: the pause is being waited out.
	limit 60 "$pid"
	kill -INT "$pid"
	wait "$pid"
	status=$?
	kill "$watchdog" 2>/dev/null
	return "$status"
}
ok 'no sleep is waited out' at_once

# The checks find what they look for.
ok 'a program that does not block the signals is made' mutant test_maps 's/SIG_BLOCK/SIG_UNBLOCK/'
ok '  and does not pass' not stops_well "$tmp/test_maps" INT 0.02
ok 'a program whose sum is wrong is made' mutant test_maps 's/^\t\tdrained++;//; s/if (opened == .*)/if (1)/'
ok '  and does not pass' not stops_well "$tmp/test_maps" TERM 0.02
if [ -s "$tmp/ids" ] && [ "$(id -u)" -eq 0 ] && command -v bpftool >/dev/null 2>&1; then
	rm -f "$tmp/out"
	"$code/test_maps" --interval 3600 >"$tmp/out" &
	pid=$!
	listing
	id=$(sed -n 's/^map_id:[[:space:]]*//p' /proc/"$pid"/fdinfo/*)
	ok 'a map that is still there is found' not gone "$id"
	kill "$pid"
	wait "$pid"
fi

# The options.
says() {
	status=$1 pattern=$2
	shift 2
	"$code/test_maps" "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	cat "$tmp/out" "$tmp/err"
	[ "$got" -eq "$status" ] && [ "$(cat "$tmp/out" "$tmp/err" | grep -c -e "$pattern")" -eq 1 ]
}
for bad in 0 -1 2x '' 4294967296 ' 1'; do
	ok "--rounds '$bad' is one clear line and status 2" says 2 '^--rounds takes' --rounds "$bad"
done
for bad in -1 x nan inf '' 86401 1s; do
	ok "--interval '$bad' is one clear line and status 2" says 2 '^--interval takes' --interval "$bad"
done
ok 'an unknown option is one line and status 2' says 2 'unrecognized option' --speed
ok 'an argument is one line and status 2' says 2 '^Usage: test_maps' now
ok '--help explains' says 0 '^Usage: test_maps .--rounds N. .--interval S.' --help
ok 'fractions of a second are taken' says 0 ' opened = ' --rounds 2 --interval 0.001


# How long it pauses is what it asks the kernel for: no clock is needed.
# pauses SECONDS NANOSECONDS PROGRAM [ARGUMENT...]
pauses() {
	seconds=$1 nanoseconds=$2
	shift 2
	strace -qq -e trace=rt_sigtimedwait -o "$tmp/trace" "$@" --rounds 2 >"$tmp/out" || return 1
	cat "$tmp/trace"
	grep -q "{tv_sec=$seconds, tv_nsec=$nanoseconds}" "$tmp/trace"
}
if command -v strace >/dev/null 2>&1; then
	ok 'an interval of 0.25 is a quarter of a second' pauses 0 250000000 "$code/test_maps" --interval 0.25
	ok '  and without one it is a second' pauses 1 0 "$code/test_maps"
	ok '  and another pause is seen' not pauses 0 300000000 "$code/test_maps" --interval 0.25
else
	skip 'an interval of 0.25 is a quarter of a second' 'no strace: make test-deps'
fi


# Stopped and continued, it goes on waiting for the rest of its pause.
goes_on_waiting() {
	"$1" --interval 600 >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	listing || return 1
	kill -STOP "$pid"
	while ! grep -q '^State:.*T' "/proc/$pid/status"; do sleep 0.01; done
	kill -CONT "$pid"
	while grep -q '^State:.*T' "/proc/$pid/status"; do sleep 0.01; done
	sleep 0.5
	kill -INT "$pid"
	limit 60 "$pid"
	wait "$pid"
	status=$?
	kill "$watchdog" 2>/dev/null
	cat "$tmp/out" "$tmp/err"
	[ "$status" -eq 0 ] && [ "$(grep -c '^round' "$tmp/out")" -eq 1 ] && grep -q '^4 opened = ' "$tmp/out"
}
ok 'SIGSTOP and SIGCONT begin no round' goes_on_waiting "$code/test_maps"
ok 'a test_maps that takes them for the end of its pause is made' mutant test_maps 's/if (errno != EINTR)/if (1)/'
ok '  and does not pass' not goes_on_waiting "$tmp/test_maps"

done_testing
