#!/bin/sh
# SPDX-License-Identifier: MIT
# The archive for students: the same bytes each time, nothing that gives
# an exercise away, and everything that a learner needs. The learner's
# loop is walked through inside it.
# shellcheck disable=SC2015,SC2086,SC2317 # "ok" calls the functions
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
need_bpf
cd "$tmp" || exit 1
one=02a_first_writer_wins

handout() {
	sh "$code/exercises/classroom/handout.sh" "$@"
}

ok 'the handout is made' handout "$tmp/first.tar.gz"
# What must not matter: built files, a learner's files, dates, umask.
mkdir "$tmp/copy"
tar -C "$top" -c --exclude=.git --exclude=cache --exclude=node_modules . | tar -C "$tmp/copy" -x
find "$tmp/copy" -name '*.c' -exec touch -d 2001-02-03 {} +
cp "$tmp/copy/code/exercises/$one/solution.c" "$tmp/copy/code/exercises/$one/exercise.c"
again() {
	umask 077
	sh "$tmp/copy/code/exercises/classroom/handout.sh" "$tmp/second.tar.gz" && cmp "$tmp/first.tar.gz" "$tmp/second.tar.gz"
}
ok 'another day and another copy make the same bytes' again

mkdir "$tmp/student" && cd "$tmp/student" || exit 1
ok "it is no larger than the sources" sh -c "[ \$(wc -c <\"\$1\") -lt 1000000 ]" - "$tmp/first.tar.gz"
ok 'it unpacks' tar xzf "$tmp/first.tar.gz"
cd bpf-map-workbook || exit 1

no_file() {
	find . -name 'solution*' -o -name 'answer*' -o -name wrong -o -name right -o -name 'exercise.c*' -o \
		-name 'grade*' -o -name 'sandbox*' -o -name '*for-teachers*' -o -name '.git' -o -name '*.o' >"$tmp/found"
	[ ! -s "$tmp/found" ] || {
		cat "$tmp/found"
		return 1
	}
}
ok 'it has no file with a solution, and nothing of the grader' no_file

# A line of 25 characters and more, that neither the stub nor the header
# has and that is no line of a lesson's program, is a piece of a solution.
no_line() {
	for folder in "$code"/exercises/*_*/; do
		for file in "$folder"solution.c "$folder"answer.md; do
			sed 's/^[[:space:]]*//; s/[[:space:]]*$//' "$file" | grep -E '.{25}'
		done | sort -u >"$tmp/lines"
		sed 's/^[[:space:]]*//' "$folder"stub.c "$folder"exercise.h "$code"/*.c | sort -u >"$tmp/given"
		comm -23 "$tmp/lines" "$tmp/given" >"$tmp/secret"
		[ -s "$tmp/secret" ] || return 1
		find code/exercises -type f -exec cat {} + | sed 's/^[[:space:]]*//; s/[[:space:]]*$//' | sort -u >"$tmp/handed"
		comm -12 "$tmp/secret" "$tmp/handed"
	done >"$tmp/found"
	[ ! -s "$tmp/found" ] || {
		cat "$tmp/found"
		return 1
	}
}
ok 'it has no line of a solution' no_line

# What its README and its make help name is there.
no_dead_door() {
	{
		grep -o 'make [a-z][a-zA-Z0-9_-]*' README.md
		make -s help | awk '$1 != "Usage:" { sub(/NN/, "02a", $1); print "make " $1 }'
	} | sed 's/run-02a/run-02/; s/^make //; /^can$/d' | sort -u >"$tmp/doors"
	while read -r target; do
		# It runs make, which even "make -n" does: below, it is run.
		[ "$target" != start ] || continue
		make -n "$target" >"$tmp/said" 2>&1 && ! grep -e code/tests -e grade.sh -e handout.sh -e bench.sh "$tmp/said" || {
			echo "make $target"
			cat "$tmp/said"
			return 1
		}
	done <"$tmp/doors"
	grep -o '](\([^)]*\))' README.md | sed 's/](//; s/)//' | while read -r link; do
		[ -e "$link" ] || { echo "$link"; return 1; }
	done
}
ok 'its README and its make help name nothing that is not there' no_dead_door
ok 'make grade is an error there, and not silence' not make -s grade
cp Makefile "$tmp/Makefile"
printf 'grade: ## what is not there\n\tsh code/exercises/classroom/grade.sh\n' >>Makefile
ok '  and it is seen if they do' not no_dead_door
cp "$tmp/Makefile" Makefile

# --- the learner's loop, in the handout ---

says() {
	pattern=$1
	shift
	"$@" >"$tmp/said" 2>&1
	grep -q -e "$pattern" "$tmp/said" || {
		echo "expected: $pattern"
		cat "$tmp/said"
		return 1
	}
}
mine=code/exercises/$one/exercise.c

ok 'it builds' make -s
ok 'make start runs the steps and makes the book' says '^Read next: docs/build' make start
ok 'make check shows what there is to do' says '^Score: 0 of 13 exercises, 0 of [0-9]* points' make -s check
ok 'make check says what is next' says '^Next:  01a_' make -s check
ok 'a stub fails, and says what was tried' says 'tried     claim(fd, ' make -s "check-$one"
ok 'the seed is printed' says '(SEED=77)' make -s "check-$one" SEED=77
ok 'a short name is enough' says "^$one: The first writer wins" make -s check-02a
ok 'a name that is none is told' says 'There is no exercise "99"' make -s check-99
ok 'a name that is nearly one is told' says '^07a_rate_limiter$' make -s check-07
ok '  with no other' not grep -q 01a "$tmp/said"

cp "$code/exercises/$one/solution.c" "$mine"
ok 'a solution is done' make -s "check-$one"
ok 'make check counts it' says '^Score: 1 of 13 exercises, 10 of' make -s check

same_seed() {
	cp "$code/exercises/$one/wrong/overwrites.c" "$mine"
	make -s "check-$one" SEED=5 >"$tmp/run1" 2>&1
	make -s "check-$one" SEED=5 >"$tmp/run2" 2>&1
	make -s "check-$one" SEED=6 >"$tmp/run3" 2>&1
	cmp "$tmp/run1" "$tmp/run2" && ! cmp -s "$tmp/run1" "$tmp/run3"
}
ok 'a seed repeats a run' same_seed
ok 'a failure names the rule' says 'why       A claimed address stays' make -s "check-$one"
ok 'a failure names the lesson' says 'read      lessons/02-update.md' make -s "check-$one"
ok 'make check shows what fails' says '(keeps_the_first_owner)' make -s check

cp "$code/tests/hostile/does_not_compile.c" "$mine"
ok 'a compiler error is told as one' says 'came      what the compiler says below' make -s "check-$one"
ok 'in the words of the compiler' says "| .*exercise.c:.*error" make -s "check-$one"
cp "$code/tests/hostile/overflows.c" "$mine"
ok 'a crash is told with its line' says "exercise.c, line $(grep -n '// line' "$mine" | cut -d: -f1)\$" make -s "check-$one"

ok 'the first hint comes first' says '^Hint 1 of 3' make -s "hint-$one"
ok 'then the second' says '^Hint 2 of 3' make -s hint-02a

reset() {
	echo "$1" | make -s "reset-$one" >"$tmp/said" 2>&1
}
refused() {
	cp "$mine" "$tmp/before"
	reset n && cmp "$mine" "$tmp/before"
}
restored() {
	reset y && cmp "$mine" "code/exercises/$one/stub.c" && cmp "$mine.1" "$tmp/before"
}
ok 'a reset that is not wanted changes nothing' refused
ok 'a reset restores the stub and keeps a copy' restored

watched() {
	sh code/exercises/classroom/check.sh watch >"$tmp/watched" 2>&1 &
	pid=$!
	for _ in $(seq 3000); do
		grep -q '^Watching' "$tmp/watched" && [ -e code/exercises/build/look ] && break
		sleep 0.1
	done
	sleep 0.1
	cp "$code/exercises/$one/solution.c" "$mine"
	for _ in $(seq 3000); do
		grep -q '^Done' "$tmp/watched" && break
		sleep 0.1
	done
	kill -TERM $pid
	wait $pid
	status=$?
	grep -q '^Done' "$tmp/watched" && [ $status -eq 0 ] && [ ! -e code/exercises/build/look ]
}
ok 'make watch checks at a save, and ends cleanly' watched

needs_capability() {
	chmod -R a+rwX "$tmp" && setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
		--bounding-set=-all env PATH="$tmp/nosudo:/usr/bin:/bin" sh code/exercises/classroom/check.sh one 02a >"$tmp/said" 2>&1
	[ $? -eq 2 ] && grep -q CAP_BPF "$tmp/said"
}
only_cap_bpf() {
	chmod -R a+rwX "$tmp" && setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+bpf \
		--ambient-caps=-all,+bpf --bounding-set=-all,+bpf sh code/exercises/classroom/check.sh one 02a
}
if [ "$(id -u)" -eq 0 ]; then
	ok 'without CAP_BPF it says so, and fails nobody' needs_capability
	ok 'CAP_BPF alone is enough' only_cap_bpf
else
	skip 'CAP_BPF alone is enough' 'this takes root: sudo make test'
fi
done_testing
