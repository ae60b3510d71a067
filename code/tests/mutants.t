#!/bin/sh
# SPDX-License-Identifier: MIT
# The judge refuses every small mistake: each solution is changed by rule
# (mutants/mutate.c), one change at a time, and what compiles is graded.
# A mutant that gets through stands in mutants/equivalents, with the
# reason why it is as right as the solution.
#
# ONLY=02a looks at one exercise.
# shellcheck disable=SC2015,SC2317 # "ok" calls the functions

# One mutant, as the test below calls it: $1 is its folder, $2 its number.
# It prints what became of it.
if [ "${1-}" ]; then
	cd "$1" || exit 1
	{ read -r exercise && read -r build; } <names
	folder=$build/${exercise##*/}
	# First without the sanitizers, which take time; what gets through is
	# asked again as a learner's file is.
	if ! ${CC:-cc} -std=c11 -Werror=return-type -Werror=implicit-function-declaration \
		-I "$exercise" -o "$2" "$2.c" "$folder/call.plain.o" "$build/player.plain.o" -lbpf 2>/dev/null; then
		fate='does not compile'
	else
		timeout -s KILL 600 "$folder/check" --seed 1 -- "./$2" >"$2.report" 2>&1
		status=$?
		if [ $status -eq 0 ]; then
			# shellcheck disable=SC2046 # words
			${CC:-cc} $(cat "$build/flags") -I "$exercise" -o "$2" "$2.c" "$folder/call.o" "$build/player.o" -lbpf 2>/dev/null
			timeout -s KILL 600 "$folder/check" --seed 1 -- "./$2" >"$2.report" 2>&1
			status=$?
		fi
		case $status in
		0) fate=passes ;;
		1) fate=refused ;;
		*) fate="fault: $(tail -n 1 "$2.report")" ;;
		esac
	fi
	printf '%s\t%s\n' "$2" "$fate"
	rm -f "$2"
	exit
fi

# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
need_bpf
tests=$(cd "$(dirname "$0")" && pwd)
build=$tmp/build
cd "$code/exercises" || exit 1

prepare() {
	make -s -f classroom/Makefile -j2 BUILD="$build" tools &&
		${CC:-cc} -std=c11 -O1 -o "$tmp/mutate" "$tests/mutants/mutate.c" &&
		${CC:-cc} -std=c11 -O1 -c -o "$build/player.plain.o" classroom/player.c || return 1
	for folder in "${ONLY-}"*_*/; do
		name=${folder%/}
		mkdir -p "$tmp/$name" &&
			${CC:-cc} -std=c11 -O1 -c -o "$build/$name/call.plain.o" "$name/call.c" &&
			"$tmp/mutate" "$name/solution.c" "$tmp/$name" >"$tmp/$name/list" &&
			printf '%s\n' "$code/exercises/$name" "$build" >"$tmp/$name/names" || return 1
	done
}

grade() {
	for folder in "$tmp/${ONLY-}"*_*/; do
		cut -f1 "$folder/list" | while read -r number; do
			printf '%s\0' "${folder%/}" "$number"
		done
	done | xargs -0 -n 2 -P "$(nproc)" sh "$tests/mutants.t" >"$tmp/fates"
}

# fates NAME FATE: the mutants that came to this, as the list says them
fates() {
	: >"$tmp/found"
	for report in "$tmp/$1"/*.report; do
		number=${report##*/}
		number=${number%.report}
		grep -q '^not ok' "$report" || sed -n "s/^$number	//p" "$tmp/$1/list"
	done | sort -u
}

# What passes is what stands in the list, no more and no less.
explained() {
	fates "$1" >"$tmp/passed"
	awk -v name="$1" '
		$0 == "## " name { inside = 1; next }
		/^## / { inside = 0 }
		inside && /^    / { print substr($0, 5) }' "$tests/mutants/equivalents" | sort -u >"$tmp/expected"
	comm -23 "$tmp/passed" "$tmp/expected" >"$tmp/new"
	comm -13 "$tmp/passed" "$tmp/expected" >"$tmp/gone"
	[ ! -s "$tmp/new" ] && [ ! -s "$tmp/gone" ] || {
		echo 'passes and is not explained:'
		cat "$tmp/new"
		echo 'is explained and does not pass:'
		cat "$tmp/gone"
		return 1
	}
}

no_fault() {
	! grep -h 'fault' "$tmp/fates"
}

# The generator makes enough of them, and most compile.
enough() {
	total=$(wc -l <"$tmp/fates")
	refused=$(grep -c '	refused$' "$tmp/fates")
	echo "$refused of $total mutants are refused"
	[ "$refused" -gt "$((total / 2))" ] && [ "$total" -gt "${1:-500}" ]
}

ok 'the solutions are changed by rule' prepare
start=$(date +%s)
ok 'all mutants are graded' grade
ok 'without a fault' no_fault
for folder in "$tmp/${ONLY-}"*_*/; do
	name=$(basename "$folder")
	ok "$name: each mutant is refused or explained" explained "$name"
done
[ -n "${ONLY-}" ] || ok 'there are enough of them' enough
echo "# $(wc -l <"$tmp/fates") mutants in $(($(date +%s) - start)) s: $(cut -f2 "$tmp/fates" | cut -d: -f1 | sort | uniq -c | tr -s ' \n' ' ')"
done_testing
