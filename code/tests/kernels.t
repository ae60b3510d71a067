# SPDX-License-Identifier: MIT
# The programs and the errno atlas on many kernels, each in a virtual
# machine. KERNELS="5.10 newest" chooses. "make test-kernels" runs this.
# shellcheck disable=SC2016,SC2317 # for sh; "ok" calls the functions
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
recorded=$top/lessons/transcripts
vm=$code/machines/qemu

missing=$(sh "$code/tools/requirements.sh" check vm 2>&1) ||
	[ -e "$vm/cache/tools" ] ||
	skip_all "not installed:$(printf '%s\n' "$missing" | sed -n 's/^  / /p' | head -n -1 | tr -d '\n')"
need strace

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

no_such_kernel() {
	not sh "$vm/kernel.sh" image 1.0 2>"$tmp/err" && cat "$tmp/err" &&
		grep -q 'No package of a kernel was found for Linux 1.0' "$tmp/err"
}
ok 'a kernel that is not on offer is named' no_such_kernel

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
	ended "$1/fault_$2" 1 &&
		grep '\(bpf_map_create\|open_map\).*\(-ENOMEM\|Cannot allocate memory\)' "$1/fault_$2.err"
}

reports_full() {
	ended "$1/full_$2" 1 && grep 'No space left on device' "$1/full_$2.err"
}

stops_well() {
	ended "$1/signal_$2" 0 && [ ! -s "$1/signal_$2.err" ] &&
		[ "$(tail -n 1 "$1/signal_$2.out")" = '4 opened = 0 closed + 0 expired + 4 drained' ]
}

# The gate before the guest's own interface blocks a ping.
gates() {
	ended "$1/gate" 0 && [ "$(cat "$1/gate.out")" = '127.0.0.0/8          1 dropped
0 let in, 1 dropped, 0 not told' ]
}

# atlas_holds FOLDER: each case of its plan, and no failure
atlas_holds() {
	grep -A1 '^not ok' "$1/atlas.out"
	ended "$1/atlas" 0 && [ "$(grep -c '^ok ' "$1/atlas.out")" -gt 500 ] &&
		[ "$(sed -n 's/^1\.\.//p' "$1/atlas.out")" -eq "$(grep -c '^ok ' "$1/atlas.out")" ]
}

# answers TABLE FOLDER ROWS: those of FOLDER/ROWS.out are those of TABLE's
# newest column that is not newer than the kernel
answers() {
	ended "$2/$3" 0 && awk -F'\t' -v k="${2##*/}" '
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
		}' "$1" "$2/$3.out"
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
	for program in $(sh "$code/tools/transcript.sh" list); do
		ok "Linux $series: $program prints what is recorded" prints "$folder" "$program"
		ok "Linux $series: $program reports a full disk" reports_full "$folder" "$program"
		[ ! -e "$folder/fault_$program.out" ] ||
			ok "Linux $series: $program reports a failing call" reports_fault "$folder" "$program"
	done
	for signal in INT TERM; do
		ok "Linux $series: SIG$signal ends test_maps well" stops_well "$folder" $signal
	done
	[ ! -x "$code/gate" ] || ok "Linux $series: the gate blocks a ping" gates "$folder"
	# shellcheck disable=SC2013 # words
	for name in $(sed -n 's/^\(exercise_[^ ]*\) .*/\1/p' "$tmp/run/cases"); do
		ok "Linux $series: $name is judged as it says" judged "$folder" "$name"
	done
	ok "Linux $series: the atlas holds" atlas_holds "$folder"
	ok "Linux $series: its answers are those recorded" answers "$recorded/errno_kernels.tsv" "$folder" rows
	ok "Linux $series: each call on each map type answers as recorded" \
		answers "$recorded/map_types.tsv" "$folder" types
done 4<"$tmp/run/series"

# What is recorded of an old kernel is where it differs, and nothing else.
stored_once() {
	for file in "$1"/before-5.14/*.txt; do
		[ -e "$1/${file##*/}" ] || { echo "$file: no newer kernel ran this"; return 1; }
		! cmp -s "$file" "$1/${file##*/}" || { echo "$file is no different"; return 1; }
	done
}
ok 'a run on an old kernel is recorded only where it differs' stored_once "$recorded"
mkdir -p "$tmp/copy/code/machines" "$tmp/copy/lessons"
cp -r "$recorded" "$tmp/copy/lessons/transcripts"
cp "$recorded/03_lookup.txt" "$tmp/copy/lessons/transcripts/before-5.14/"
ok '  and it is noticed if one does not' not stored_once "$tmp/copy/lessons/transcripts"

# Recording these runs gives what is recorded, apart from the columns of
# the kernels that did not run.
mkdir "$tmp/copy/code/machines/qemu"
cp "$vm/kernels.sh" "$tmp/copy/code/machines/qemu/"
first=$(head -n 1 "$tmp/run/series")
records() {
	older "$first" 5.14 || rm "$tmp/copy/lessons/transcripts/before-5.14/03_lookup.txt"
	sh "$tmp/copy/code/machines/qemu/kernels.sh" store "$tmp/run" || return
	diff -r --exclude=errno_kernels.tsv --exclude=map_types.tsv "$recorded" "$tmp/copy/lessons/transcripts"
}
ok 'recording what was run gives what is recorded' records
ok '  and its answers' answers "$tmp/copy/lessons/transcripts/errno_kernels.tsv" "$tmp/run/$first" rows
fails_to_record() {
	cp -r "$tmp/run" "$tmp/broken" && echo 1 >"$tmp/broken/$first/$1.status" &&
		not sh "$tmp/copy/code/machines/qemu/kernels.sh" store "$tmp/broken" &&
		diff -r --exclude=errno_kernels.tsv --exclude=map_types.tsv "$recorded" "$tmp/copy/lessons/transcripts"
	result=$?
	rm -rf "$tmp/broken"
	return "$result"
}
ok 'a program that failed is not recorded' fails_to_record output_02_update
ok 'nor is an atlas that failed' fails_to_record rows
ok 'nor are map types that failed' fails_to_record types

# The README's promise is the oldest kernel that was tried.
promised=$(sed -n 's/.*works on Linux \([0-9.]*\) and later.*/\1/p' "$top/README.md")
if grep -qx "$promised" "$tmp/run/series"; then
	ok "Linux $promised, which the README promises, is the oldest that was tried" \
		[ "$first" = "$promised" ]
else
	skip 'the README promises the oldest kernel that was tried' "KERNELS leaves out Linux $promised"
fi

# Each of these checks can fail.
newest=$(tail -n 1 "$tmp/run/series")
good=$tmp/run/$newest
bad=$tmp/bad/$newest
mkdir -p "$tmp/bad"
cp -r "$good" "$tmp/bad"
echo 1 >"$bad/output_01_create.status"
ok 'a program that fails is seen' not prints "$bad" 01_create
plant '3s/.$//' "$bad/output_02_update.out"
ok 'a changed line is seen' not prints "$bad" 02_update
: >"$bad/fault_03_lookup.err"
ok 'an error that is not reported is seen' not reports_fault "$bad" 03_lookup
: >"$bad/full_03_lookup.err"
ok 'a full disk that is not reported is seen' not reports_full "$bad" 03_lookup
plant '$d' "$bad/signal_INT.out"
ok 'a summary that is missing is seen' not stops_well "$bad" INT
if [ -x "$code/gate" ]; then
	plant 's/1 dropped/0 dropped/' "$bad/gate.out"
	ok 'a ping that is not blocked is seen' not gates "$bad"
fi
plant '300s/^ok/not ok/' "$bad/atlas.out"
ok 'a case of the atlas that fails is seen' not atlas_holds "$bad"
plant '300d' "$bad/atlas.out"
ok 'a case of the atlas that is missing is seen' not atlas_holds "$bad"
awk -F'\t' -v OFS='\t' 'NR == 300 { for (c = 4; c <= NF; c++) $c = "EPROTO (71)" } 1' \
	"$recorded/errno_kernels.tsv" >"$tmp/changed.tsv"
ok 'an answer that changed is seen' not answers "$tmp/changed.tsv" "$good" rows
plant '300d' "$recorded/errno_kernels.tsv" "$tmp/fewer.tsv"
ok 'an answer that was not recorded is seen' not answers "$tmp/fewer.tsv" "$good" rows
plant '300d' "$bad/rows.out"
ok 'an answer that is missing is seen' not answers "$recorded/errno_kernels.tsv" "$bad" rows

done_testing
