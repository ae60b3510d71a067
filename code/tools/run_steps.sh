#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs steps on the live kernel, each under the title of its lesson:
#
#   run_steps.sh        every program, in the order of the lessons
#   run_steps.sh 03     one step, by its number
#   run_steps.sh test_maps
#   run_steps.sh mine   a reader's own program, code/mine.c
set -u
cd "$(dirname "$0")/.." || exit 1

# Nobody reads on, as in "make run-01 | head": that is no failure.
trap 'exit 0' PIPE

# lesson PROGRAM: the file of the lesson that shows PROGRAM
lesson() {
	grep -lF "(../code/$1.c \"program\")" ../lessons/[0-9]*.md | head -n 1
}

# run PROGRAM [ARGUMENT...]
run() {
	program=$1
	shift
	lesson=$(lesson "$program")
	title=code/$program.c
	[ -z "$lesson" ] || title=$(sed 's/^# //; 1q' "$lesson")
	printf '\n== %s: %s ==\n\n' "$program" "$title" 2>/dev/null || {
		echo "What $program prints cannot be written." >&2
		exit 1
	}
	tools/with_capabilities.sh "./$program" "$@" && return
	status=$?
	[ $status -ne 141 ] || exit 0
	echo "$program ended with status $status." >&2
	exit "$status"
}

case ${1-} in
'')
	for program in $(sh tools/transcript.sh built); do
		case $program in
		test_maps) run test_maps --rounds 3 ;;
		*) run "$program" ;;
		esac
	done
	;;
*)
	for program in $(sh tools/transcript.sh built); do
		number=$(basename "$(lesson "$program")" | cut -c1-2)
		case $1 in
		"$program" | "$number") run "$program" && exit ;;
		esac
	done
	[ ! -f "$1.c" ] || [ ! -x "$1" ] || { run "$1" && exit; }
	{
		echo "There is no step \"$1\", and no code/$1.c. The steps are:"
		sh tools/transcript.sh built | paste -s -d ' ' -
	} >&2
	exit 2
	;;
esac
