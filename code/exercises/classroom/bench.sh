#!/bin/sh
# SPDX-License-Identifier: MIT
# The speed of the classroom, as ratios that hold on any machine:
#
#   bench.sh            a class of 4 against one of 12
#   CLASS=100 bench.sh  100 students against 300
#
# "bare" is what nobody can do without: compile and link the learner's
# file with the same flags, and start the program once.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
class=${CLASS:-4}
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
cd "$here" || exit 2
cp -r "$here/../.." "$tmp/code" && rm -rf "$tmp"/code/exercises/build* || exit 2
cd "$tmp/code/exercises" || exit 2

now() {
	date +%s%N
}

# each COMMAND...: the milliseconds of ten runs of COMMAND NAME, for
# every exercise
each() {
	start=$(now)
	for file in *_*/points; do
		for _ in 1 2 3; do
			"$@" "${file%/points}" >/dev/null 2>&1
		done
	done
	echo $((($(now) - start) / 1000000))
}

bare() {
	# shellcheck disable=SC2046 # words
	cc $(cat build/flags) -I "$1" -o "$tmp/player" "$1/exercise.c" \
		"build/$1/call.o" build/player.o -lbpf && "$tmp/player"
}

check() {
	sh classroom/check.sh one "$1"
}

for file in *_*/solution.c; do
	cp "$file" "${file%/solution.c}/exercise.c" || exit 2
done
sh classroom/check.sh all >/dev/null || exit 2
bare_ms=$(each bare)
check_ms=$(each check)
ratio=$(awk -v a="$check_ms" -v b="$bare_ms" 'BEGIN { printf "%.2f", a / b }')
echo "checking an exercise: $ratio times the bare compiler call and run"

# What the questions cost, of that: the judge and the player alone.
play() {
	"build/$1/check" --seed 1 -- "build/$1/player"
}
play_ms=$(each play)
awk -v wrong="$(find . -path '*/wrong/*.c' | wc -l)" -v play="$play_ms" -v bare="$bare_ms" 'BEGIN {
	printf "  of which the questions are %.2f, the rest is the compiler and the shell\n", play / bare
	printf "  They tell %d wrong solutions apart, those in wrong/\n", wrong
}'

# graded COUNT: the milliseconds of grading a class of COUNT
graded() {
	rm -rf "$tmp/class" "$tmp/out"
	for i in $(seq "$1"); do
		for file in *_*/solution.c; do
			mkdir -p "$tmp/class/$i" && cp "$file" "$tmp/class/$i/${file%/solution.c}.c" || exit 2
		done
	done
	start=$(now)
	sh classroom/grade.sh batch "$tmp/class" "$tmp/out" >"$tmp/log" 2>&1 || {
		cat "$tmp/log" >&2
		exit 2
	}
	echo $((($(now) - start) / 1000000))
}

small=$(graded "$class") || exit 2
large=$(graded $((class * 3))) || exit 2
awk -v small="$small" -v large="$large" -v n="$class" -v bare="$bare_ms" -v play="$play_ms" -v cores="$(nproc)" 'BEGIN {
	printf "grading: %.2f submissions a second, each with every exercise, on %d cores\n", 3000 * n / large, cores
	printf "grading: %.2f times the bare compiler calls and runs, spread over the cores\n", large * cores / (bare * n)
	printf "  of which the questions are %.2f, and the rest is compilers, sandboxes and pages\n", play / bare
	printf "grading: %d students take %.2f times as long as %d\n", 3 * n, large / small, n
}'
