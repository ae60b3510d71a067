#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the workbook on many kernels, two at a time:
#
#   kernels.sh cases            what is run on each: "NAME COMMAND..."
#   kernels.sh run FOLDER       runs it, into FOLDER/SERIES/NAME.out,
#                               .err and .status
#   kernels.sh table ROWS FOLDER...
#                               what each of them answers in ROWS.out
#                               of FOLDER, a column for each kernel that
#                               differs from the one before it
#   kernels.sh store FOLDER     stores that run in lessons/transcripts
#   kernels.sh record           runs and stores
#
# KERNELS="5.10 newest" chooses; if not given, every kernel that the
# distribution's suites offer.
set -u
here=$(cd "$(dirname "$0")" && pwd)
code=$(cd "$here/../.." && pwd)
recorded=$code/../lessons/transcripts

# To run one more thing on every kernel, add one line here, and what it
# must give to code/tests/kernels.t.
cases() {
	for program in $(sh "$code/tools/transcript.sh" list); do
		arguments=
		[ "$program" != test_maps ] || arguments=" --rounds 1"
		echo "output_$program sh tools/transcript.sh output $program"
		echo "full_$program ./$program$arguments >/dev/full"
		[ -e "$code/$program.bpf.c" ] || [ -z "$(command -v strace)" ] ||
			echo "fault_$program strace -qq -o /dev/null -e trace=bpf" \
				"-e inject=bpf:error=ENOMEM ./$program$arguments"
	done
	for signal in INT TERM; do
		# Not before it has begun: a shell ignores SIGINT for what it
		# runs in the background, until test_maps blocks it.
		echo "signal_$signal : >/tmp/out; ./test_maps --interval 600 >>/tmp/out & until grep -q 14 /tmp/out; do usleep 9999; done;" \
			"kill -$signal \$!; wait \$!; status=\$?; cat /tmp/out; exit \$status"
	done
	[ ! -x "$code/gate" ] ||
		echo "gate mkdir -p /sys/fs/bpf; mount -t bpf bpf /sys/fs/bpf; ./gate on lo && ./gate add 127.0.0.0/8 &&" \
			"! ping -c 1 -W 1 127.0.0.1 >/tmp/ping && ./gate list && ./gate remove 127.0.0.0/8 &&" \
			"ping -c 1 127.0.0.1 >/tmp/ping && ./gate off"
	echo "atlas ./atlas/errno_atlas"
	echo "rows ./atlas/errno_atlas --rows"
	echo "types ./atlas/map_types"
	for player in $(players); do
		name=${player%%/*}
		echo "exercise_$(echo "$player" | tr / .) cd exercises && build/$name/check" \
			"--seed 1 --patience 5 -- build/kernels/$player"
	done
}

# players: "NAME/solution" and "NAME/wrong.FILE" of every exercise
players() {
	(cd "$code/exercises" 2>/dev/null && ls -- *_*/solution.c *_*/wrong/*.c) |
		sed 's|/wrong/|/wrong.|; s|\.c$||'
}

# build_players: what a learner's file would be built into, of each
build_players() {
	[ -d "$code/exercises" ] || return 0
	(
		cd "$code/exercises" && make -s -f classroom/Makefile tools || exit 1
		for player in $(players); do
			name=${player%%/*}
			source=$(echo "$player.c" | sed 's|/wrong\.|/wrong/|')
			mkdir -p "build/kernels/$name"
			[ -z "$(find "build/kernels/$player" -newer "$source" -newer build/player.o 2>/dev/null)" ] || continue
			# shellcheck disable=SC2046 # flags
			${CC:-cc} $(cat build/flags) -I "$name" -o "build/kernels/$player" "$source" \
				"build/$name/call.o" build/player.o -lbpf || exit 1
		done
	)
}

# series: the kernels that KERNELS names, the oldest first
series() {
	offers=$(sh "$here/kernel.sh" list | cut -d' ' -f1)
	[ -n "$offers" ] || return 1
	for name in ${KERNELS:-$offers}; do
		case $name in
		newest) printf '%s\n' "$offers" | tail -n 1 ;;
		*) echo "$name" ;;
		esac
	done | sort -uV
}

run() {
	mkdir -p "$1" || return 1
	build_players || return 1
	cases >"$1/cases"
	series >"$1/series" || return 1
	while read -r name; do
		sh "$here/kernel.sh" image "$name" >/dev/null || return 1
	done <"$1/series"
	# A slow machine is slow in the guest, too: the limit is for what hangs.
	# shellcheck disable=SC2016 # for sh
	VM_TIMEOUT=${VM_TIMEOUT:-1200} VM_FOLDER=$code/exercises/build/kernels VM_TOOLS=$(find "$code/exercises/build/kernels" -name solution | head -n 1) \
		xargs -P 2 -n 1 sh -c 'KERNEL=$3 sh "$1/vm.sh" cases "$2/cases" "$2/$3" </dev/null' \
		sh "$here" "$1" <"$1/series"
}

# table ROWS FOLDER...
table() {
	rows=$1
	shift
	# The rows come in the order of the newest kernel, which has all of
	# them. What a kernel does not have is "-".
	kernels=$(for folder; do basename "$folder"; done)
	for folder in $(printf '%s\n' "$@" | tac); do
		awk -F'\t' -v OFS='\t' -v k="$(basename "$folder")" \
			'FNR > 1 { print k, $1, $2, $3, $4 }' "$folder/$rows.out"
	done | awk -F'\t' -v OFS='\t' -v names="$kernels" '
		BEGIN { kernels = split(names, kernel, "\n") }
		{
			id = $2 OFS $3 OFS $4
			if (!(id in row)) { row[id]; order[++rows] = id }
			answer[$1, id] = $5
		}
		function at(k, r) {
			return ((kernel[k], order[r]) in answer) ? answer[kernel[k], order[r]] : "-"
		}
		END {
			for (k = 1; k <= kernels; k++) {
				differs = k == 1 || k == kernels
				for (r = 1; r <= rows && !differs; r++)
					differs = at(k, r) != at(k - 1, r)
				if (differs)
					column[++columns] = k
			}
			printf "call\tmap\tsituation"
			for (c = 1; c <= columns; c++)
				printf "\t%s", kernel[column[c]]
			print ""
			for (r = 1; r <= rows; r++) {
				printf "%s", order[r]
				for (c = 1; c <= columns; c++)
					printf "\t%s", at(column[c], r)
				print ""
			}
		}'
}

# store_table ROWS FOLDER FILE
store_table() {
	(
		cd "$2" || exit
		# shellcheck disable=SC2046 # words
		table "$1" $(cat series)
	) >"$recorded/$3.new" && mv "$recorded/$3.new" "$recorded/$3"
}

# store FOLDER: all of it or nothing
store() {
	oldest=$(head -n 1 "$1/series")
	for status in "$1/$oldest"/output_*.status "$1"/*/rows.status "$1"/*/types.status; do
		[ "$(cat "$status")" -eq 0 ] || {
			cat "${status%status}err" >&2
			echo "${status%.status} failed: nothing was recorded." >&2
			return 1
		}
	done
	store_table rows "$1" errno_kernels.tsv &&
		store_table types "$1" map_types.tsv || return 1
	# What a program prints on an older kernel, where it differs.
	printf '%s\n5.14\n' "$oldest" | sort -CV || return 0
	rm -rf "$recorded/before-5.14" && mkdir "$recorded/before-5.14" || return 1
	for output in "$1/$oldest"/output_*.out; do
		program=${output##*/output_}
		program=${program%.out}
		cmp -s "$output" "$recorded/$program.txt" ||
			cp "$output" "$recorded/before-5.14/$program.txt" || return 1
	done
}

case ${1-}:$# in
cases:1) cases ;;
run:2) run "$2" ;;
table:*)
	shift
	table "$@"
	;;
store:2) store "$2" ;;
record:1)
	tmp=$(mktemp -d) || exit 1
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 130' INT TERM
	run "$tmp" && store "$tmp"
	;;
*)
	sed -n '3,/^set -u/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
