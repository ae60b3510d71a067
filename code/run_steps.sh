#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs steps on the live kernel, each under the title of its lesson:
#
#   run_steps.sh        every step, in order, then test_maps for 3 rounds
#   run_steps.sh 03     one step, by its number
#   run_steps.sh test_maps
set -u
cd "$(dirname "$0")" || exit 1

# title PROGRAM: the heading of the lesson that belongs to PROGRAM
title() {
	lesson=$(printf '%s\n' "$1" | tr _ -)
	sed -n 's/^# //p;1q' ../lessons/"$lesson".md ../lessons/*-"$lesson".md 2>/dev/null | head -n 1
}

# run PROGRAM [ARGUMENT...]
run() {
	program=$1
	shift
	printf "\n== %s: %s ==\n\n" "$program" "$(title "$program")"
	./with_cap_bpf.sh "./$program" "$@" && return
	status=$?
	echo "$program ended with status $status." >&2
	exit "$status"
}

case ${1-} in
'')
	for source in [0-9][0-9]_*.c; do
		run "${source%.c}"
	done
	run test_maps --rounds 3
	;;
test_maps)
	run test_maps
	;;
*)
	for source in "$1"_*.c; do
		if [ ! -e "$source" ]; then
			echo "There is no step \"$1\". The steps are:" >&2
			echo [0-9][0-9]_*.c test_maps.c | sed "s/\([0-9]\)_[^ ]*/\1/g; s/\.c\b//g" >&2
			exit 2
		fi
		run "${source%.c}"
	done
	;;
esac
