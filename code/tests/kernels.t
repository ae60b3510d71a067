# SPDX-License-Identifier: MIT
# The programs and the errno atlas on many kernels, each in a virtual
# machine. KERNELS="5.10 newest" chooses. "make test-kernels" runs this.
# shellcheck disable=SC2016,SC2317 # for sh; "ok" calls the functions
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
recorded=$top/lessons/transcripts
vm=$code/vm

missing=$(sh "$code/requirements.sh" check vm 2>&1) ||
	[ -e "$vm/cache/tools" ] ||
	skip_all "not installed:$(printf '%s\n' "$missing" | sed -n 's/^  / /p' | head -n -1 | tr -d '\n')"
need strace script

# What is fetched over the network is all here: without it nothing can
# be tested on this machine, and in CI that is a failure.
if ! sh "$vm/kernel.sh" list >"$tmp/list" 2>"$tmp/err" || [ ! -s "$tmp/list" ]; then
	skip_all "no kernel could be fetched: $(tail -n 1 "$tmp/err")"
fi
sed 's/^/# on offer: /' "$tmp/list"
offered() {
	for series in 5.10 6.1 6.12; do
		grep -q "^$series " "$1" || { echo "no Linux $series"; return 1; }
	done
	! tail -n 1 "$1" | grep '^6.12 '
}
if [ -z "${KERNELS:-}" ]; then
	ok 'Linux 5.10, 6.1, 6.12 and a newer one are on offer' offered "$tmp/list"
	grep -v '^5.10 ' "$tmp/list" >"$tmp/fewer"
	ok '  and it is noticed if one is not' not offered "$tmp/fewer"
fi

run_kernels() {
	sh "$vm/kernels.sh" run "$tmp/run"
}
ok 'the kernels are fetched, and each runs every case' run_kernels
[ -s "$tmp/run/series" ] || done_testing

# ended NAME STATUS
ended() {
	got=$(cat "$1.status") && [ "$got" -eq "$2" ] && return
	echo "expected status $2, got $got"
	cat "$1.out" "$1.err"
	return 1
}

older() {
	printf '%s\n%s\n' "$1" "$2" | sort -CV && [ "$1" != "$2" ]
}

# prints FOLDER PROGRAM: its recorded transcript, or the one recorded
# on a kernel before 5.14
prints() {
	expected=$recorded/$2.txt
	if older "${1##*/}" 5.14 && [ -e "$recorded/before-5.14/$2.txt" ]; then
		expected=$recorded/before-5.14/$2.txt
	fi
	ended "$1/output_$2" 0 && diff "$expected" "$1/output_$2.out"
}

reports_fault() {
	ended "$1/fault_$2" 1 && [ ! -s "$1/fault_$2.out" ] &&
		grep -x 'bpf_map_create: .*ENOMEM (12): Cannot allocate memory' "$1/fault_$2.err"
}

reports_full() {
	ended "$1/full_$2" 1 && grep 'No space left on device' "$1/full_$2.err"
}

stops_well() {
	ended "$1/signal_$2" 0 && [ ! -s "$1/signal_$2.err" ] &&
		[ "$(tail -n 1 "$1/signal_$2.out")" = '4 arrived = 0 redeemed + 0 expired + 4 drained' ]
}

# atlas_holds FOLDER: each case of its plan, and no failure
atlas_holds() {
	grep -A1 '^not ok' "$1/atlas.out"
	ended "$1/atlas" 0 && [ "$(grep -c '^ok ' "$1/atlas.out")" -gt 500 ] &&
		[ "$(sed -n 's/^1\.\.//p' "$1/atlas.out")" -eq "$(grep -c '^ok ' "$1/atlas.out")" ]
}

# answers TABLE FOLDER: the rows of FOLDER/rows.out are those of TABLE's
# newest column that is not newer than the kernel
answers() {
	ended "$2/rows" 0 && awk -F'\t' -v k="${2##*/}" '
		function number(series,    part) {
			split(series, part, ".")
			return part[1] * 1000 + part[2]
		}
		NR == 1 {
			for (c = 4; c <= NF; c++)
				if (number($c) <= number(k))
					column = c
			if (!column) { print "no column for Linux " k; exit bad = 1 }
			next
		}
		{ id = $1 " " $2 ": " $3 }
		FILENAME == ARGV[1] { recorded[id] = $column; next }
		FNR == 1 { next }
		{ seen[id] }
		recorded[id] != $4 {
			print id ": recorded " recorded[id] ", Linux " k " answers " $4
			bad = 1
		}
		END {
			for (id in recorded)
				if (recorded[id] != "-" && !(id in seen)) {
					print id ": recorded, but Linux " k " has no answer"
					bad = 1
				}
			if (bad)
				print "If the kernel is right: make record-kernels"
			exit bad
		}' "$1" "$2/rows.out"
}

# judged FOLDER CASE: a solution passes, a wrong one fails at the check
# that it names. A kernel before 5.14 may be too old for an exercise.
judged() {
	source=$(echo "$2.c" | sed 's|^exercise_|exercises/|; s|\.|/|; s|/wrong\.|/wrong/|')
	if older "${1##*/}" 5.14 && [ "$(cat "$1/$2.status")" -eq 77 ]; then
		grep '^skip - ' "$1/$2.out"
		return
	fi
	case $2 in
	*.solution) ended "$1/$2" 0 ;;
	*)
		caught=$(sed -n 's|^/\* Caught by: \(.*\) \*/$|\1|p' "$code/$source")
		ended "$1/$2" 1 && [ -n "$caught" ] &&
			{ grep -x "not ok - $caught" "$1/$2.out" || { cat "$1/$2.out"; return 1; }; }
		;;
	esac
}

while read -r series <&4; do
	folder=$tmp/run/$series
	for program in $(sh "$code/transcript.sh" list); do
		ok "Linux $series: $program prints what is recorded" prints "$folder" "$program"
		ok "Linux $series: $program reports a full disk" reports_full "$folder" "$program"
		[ ! -e "$folder/fault_$program.out" ] ||
			ok "Linux $series: $program reports a failing call" reports_fault "$folder" "$program"
	done
	for signal in INT TERM; do
		ok "Linux $series: SIG$signal ends test_maps well" stops_well "$folder" $signal
	done
	# shellcheck disable=SC2013 # words
	for name in $(sed -n 's/^\(exercise_[^ ]*\) .*/\1/p' "$tmp/run/cases"); do
		ok "Linux $series: $name is judged as it says" judged "$folder" "$name"
	done
	ok "Linux $series: the atlas holds" atlas_holds "$folder"
	ok "Linux $series: its answers are those recorded" answers "$recorded/errno_kernels.tsv" "$folder"
done 4<"$tmp/run/series"

# Linux before 5.14 cannot take from a hash. The programs say so, go on
# and end well.
says_so() {
	ended "$1" 0 && grep 'this kernel cannot take from a hash' "$1.out"
}
first=$(head -n 1 "$tmp/run/series")
if older "$first" 5.14; then
	ok "Linux $first: 04_lookup_and_delete says what this kernel cannot do, and goes on" \
		says_so "$tmp/run/$first/output_04_lookup_and_delete"
	ok "Linux $first: so does test_maps" says_so "$tmp/run/$first/output_test_maps"
fi

# Each of these checks can fail.
newest=$(tail -n 1 "$tmp/run/series")
good=$tmp/run/$newest
bad=$tmp/bad/$newest
mkdir -p "$tmp/bad"
cp -r "$good" "$tmp/bad"
echo 1 >"$bad/output_01_create.status"
ok 'a program that fails is seen' not prints "$bad" 01_create
sed -i '3s/.$//' "$bad/output_02_update.out"
ok 'a changed line is seen' not prints "$bad" 02_update
: >"$bad/fault_03_lookup.err"
ok 'an error that is not reported is seen' not reports_fault "$bad" 03_lookup
: >"$bad/full_03_lookup.err"
ok 'a full disk that is not reported is seen' not reports_full "$bad" 03_lookup
sed -i '$d' "$bad/signal_INT.out"
ok 'a summary that is missing is seen' not stops_well "$bad" INT
sed -i '300s/^ok/not ok/' "$bad/atlas.out"
ok 'a case of the atlas that fails is seen' not atlas_holds "$bad"
sed -i '300d' "$bad/atlas.out"
ok 'a case of the atlas that is missing is seen' not atlas_holds "$bad"
sed '300s/[^\t]*$/EPROTO (71)/' "$recorded/errno_kernels.tsv" >"$tmp/changed.tsv"
ok 'an answer that changed is seen' not answers "$tmp/changed.tsv" "$good"
sed '300d' "$recorded/errno_kernels.tsv" >"$tmp/fewer.tsv"
ok 'an answer that was not recorded is seen' not answers "$tmp/fewer.tsv" "$good"
sed -i '300d' "$bad/rows.out"
ok 'an answer that is missing is seen' not answers "$recorded/errno_kernels.tsv" "$bad"

# A guest that fails is told from a program that fails.
guest() {
	KERNEL=$newest sh "$vm/vm.sh" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
	cat "$tmp/err"
	return "$status"
}
ends() {
	expected=$1
	shift
	guest "$@"
	[ $? -eq "$expected" ]
}
ok 'the status of a command comes back' ends 3 run sh -c 'echo out; echo err >&2; exit 3'
ok '  with what it wrote to stdout' grep -qx out "$tmp/out"
ok '  and to stderr' grep -qx err "$tmp/err"
ok 'quotes and blanks come through' guest run printf '%s|' "it's" ' a  b ' '$HOME'
ok '  unchanged' [ "$(cat "$tmp/out")" = "it's| a  b |\$HOME|" ]
ok 'a command that does not end is ended' env VM_TIMEOUT=2 \
	sh -c 'KERNEL=$1 sh "$2/vm.sh" run sleep 60 2>"$3"; [ $? -eq 137 ]' \
	sh "$newest" "$vm" "$tmp/err"
ok '  and named' grep -q 'did not end within 2 seconds' "$tmp/err"
ok 'a kernel that panics is tried twice, and is not the fault of the command' \
	ends 125 run sh -c 'echo c >/proc/sysrq-trigger; sleep 60'
ok '  as it says' grep -q 'failed twice: its kernel panicked' "$tmp/err"
ok 'no kernel of that name: a clear sentence' not env KERNEL=1.0 sh "$vm/vm.sh" run true

# At a terminal: its size, Ctrl+C, the status, and how it is left.
# await TEXT: until the terminal shows it
await() {
	for _ in $(seq 600); do
		! grep -q "$1" "$tmp/typescript" 2>/dev/null || return 0
		sleep 0.1
	done
	echo "the terminal does not show \"$1\":"
	cat "$tmp/typescript"
	return 1
}
at_terminal() {
	mkfifo "$tmp/keys"
	script -qefc "stty rows 33 cols 101; stty -a >'$tmp/before'
		KERNEL=$newest sh '$vm/vm.sh' shell; echo left with \$?
		stty -a >'$tmp/after'" "$tmp/typescript" <"$tmp/keys" >/dev/null 2>&1 &
	exec 5>"$tmp/keys"
	await 'vm:code#' && printf 'stty size; ./test_maps\n' >&5 &&
		await 'round 2' && printf '\003' >&5 &&
		await ' drained' && printf 'echo status $?; exit 7\n' >&5 &&
		await 'left with 7'
	got=$?
	exec 5>&-
	wait
	return "$got"
}
ok 'at a terminal, Ctrl+C ends the program and not the shell' at_terminal
ok '  whose status is that of the program' grep -q '^status 0' "$tmp/typescript"
ok '  the size of the terminal is passed on' grep -q '^33 101' "$tmp/typescript"
ok '  the terminal is left as it was' cmp "$tmp/before" "$tmp/after"

done_testing
