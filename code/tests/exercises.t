#!/bin/sh
# SPDX-License-Identifier: MIT
# The exercises judge as they say: a stub fails at the first check, a
# solution passes with many seeds under each compiler, and a wrong
# solution fails at the check and with the sentence that it names.
#
# ONLY=02a looks at one exercise.
# shellcheck disable=SC2015,SC2086,SC2317 # "ok" calls the functions
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
need_bpf
cd "$code/exercises" || exit 1

all=$(find . -path "./${ONLY-}*_*/points" | sed 's|^./||; s|/points||' | sort)
build=$tmp/build

# player COMPILER NAME FILE: compile FILE into $tmp/player
player() {
	# shellcheck disable=SC2046 # words
	"$1" $(cat "$build-$1/flags") -Werror -I "$2" -o "$tmp/player" "$2/$3" \
		"$build-$1/$2/call.o" "$build-$1/player.o" -lbpf
}

# judged COMPILER NAME FILE [OPTION...]: leave the report in $tmp/report
judged() {
	player "$1" "$2" "$3" || return 9
	check=$build-$1/$2/check
	shift 3
	"$check" "$@" -- "$tmp/player" >"$tmp/report" 2>&1
}

fails_at() {
	[ "$(sed -n 's/^not ok - //p' "$tmp/report")" = "$1" ] || {
		echo "expected to fail at $1:"
		cat "$tmp/report"
		return 1
	}
}

stub_fails() {
	judged "$1" "$2" stub.c --seed 1
	[ $? -eq 1 ] && fails_at "$("$build-$1/$2/check" --list | head -n 1)"
}

# Code that does nothing breaks few rules, and still earns nothing.
stub_earns_nothing() {
	judged "$1" "$2" stub.c --seed 1 --all
	points=$(sh classroom/grade.sh points "$2" "$tmp/report")
	[ "$points" -eq 0 ] || {
		echo "a stub earns $points points"
		return 1
	}
}

solution_passes() {
	judged "$1" "$2" solution.c --all --seed 1 --times "$seeds" || {
		cat "$tmp/report"
		return 1
	}
}

# What is written otherwise is as right.
right_passes() {
	judged "$1" "$2" "$3" --all --seed 1 --times 3 || {
		cat "$tmp/report"
		return 1
	}
}

# field NAME FILE: a field of the first comments of a wrong solution
field() {
	awk -v field="$1" '
		index($0, "/* " field ": ") == 1 {
			text = substr($0, length(field) + 6)
			while (text !~ /\*\/$/ && (getline line) > 0)
				text = text " " substr(line, 4)
			sub(/ *\*\/$/, "", text)
			print text
			exit
		}' "$2"
}

wrong_fails() {
	caught=$(field 'Caught by' "$2/$3")
	sentence=$(field Sentence "$2/$3")
	player "$1" "$2" "$3" || return 1
	for seed in 1 2 3; do
		"$build-$1/$2/check" --seed $seed -- "$tmp/player" >"$tmp/report" 2>&1
		[ $? -eq 1 ] && fails_at "$caught" || return 1
		said=$(sed -n 's/^    why       //p' "$tmp/report")
		[ "$said" = "$sentence" ] || {
			echo "expected: $sentence"
			cat "$tmp/report"
			return 1
		}
	done
}

# rules NAME: its rules, one a line: sentence|lesson, "heading"|word
rules() {
	"$build-gcc/$1/check" --rules
}

# Each check has points, and each rule is broken by some wrong solution.
complete() {
	"$build-$1/$2/check" --list >"$tmp/listed"
	awk '$1 != "title" { print $2 }' "$2/points" | diff "$tmp/listed" - || return 1
	for file in "$2"/wrong/*.c; do
		field 'Caught by' "$file"
	done | sort -u >"$tmp/caught"
	sort "$tmp/listed" | comm -23 - "$tmp/caught" >"$tmp/never"
	[ ! -s "$tmp/never" ] || {
		echo 'no wrong solution breaks:'
		cat "$tmp/never"
		return 1
	}
	for file in "$2"/wrong/*.c; do
		field Sentence "$file"
	done | sort -u >"$tmp/caught"
	rules "$2" | cut -d'|' -f1 | sort | comm -23 - "$tmp/caught" >"$tmp/never"
	[ -n "$(rules "$2")" ] && [ ! -s "$tmp/never" ] || {
		echo 'no wrong solution gets the sentence:'
		cat "$tmp/never"
		return 1
	}
	[ "$(find "$2/wrong" -name '*.c' | wc -l)" -ge 4 ] || {
		echo 'fewer than four wrong solutions'
		return 1
	}
	[ "$(grep -c '^## Hint ' "$2/hints.md")" -ge 3 ] || {
		echo 'fewer than three hints'
		return 1
	}
	for file in task.md stub.c exercise.h answer.md; do
		[ -s "$2/$file" ] || {
			echo "$file is missing"
			return 1
		}
	done
}

# section LESSON HEADING: what stands under a heading, up to the next
section() {
	awk -v heading="## $2" '
		/^## / { inside = index($0, heading) == 1 }
		inside' "$top/lessons/$1"
}

# Each place to read again is a lesson, and a heading in it, and what
# stands there speaks of what the rule is about.
readable() {
	{
		rules "$1" | cut -d'|' -f2-
		sed -n 's/.*"\([0-9][0-9]-[a-z-]*\.md, \)\\"\(.*\)\\"".*/\1"\2"|/p' classroom/judge.c
	} | sort -u >"$tmp/places"
	[ -s "$tmp/places" ] || return 1
	while IFS='|' read -r place word; do
		lesson=${place%%,*}
		heading=${place#*, \"}
		heading=${heading%\"}
		[ -e "$top/lessons/$lesson" ] || {
			echo "there is no lessons/$lesson"
			return 1
		}
		section "$lesson" "$heading" >"$tmp/section"
		[ -s "$tmp/section" ] || {
			echo "lessons/$lesson has no heading \"$heading\""
			return 1
		}
		grep -qiF -e "$word" "$tmp/section" || {
			echo "lessons/$lesson says nothing of \"$word\" under \"$heading\""
			return 1
		}
	done <"$tmp/places"
}

# sanitizes COMPILER: it is there, with the library of its sanitizers
sanitizes() {
	echo 'int main(void) { return 0; }' |
		"$1" -fsanitize=address,undefined -x c -o "$tmp/sanitized" - 2>/dev/null
}

for cc in gcc clang; do
	seeds=10
	[ $cc = gcc ] || seeds=2
	if ! sanitizes $cc; then
		skip "the exercises under $cc" "$cc and its sanitizers are not installed: make test-deps"
		continue
	fi
	ok "the checks build under $cc" make -s -f classroom/Makefile -j2 CC=$cc CFLAGS="-O1 -g -Werror" BUILD="$build-$cc" tools
	for name in $all; do
		[ $cc = clang ] || ok "$name is complete" complete $cc "$name"
		ok "$name: the stub fails at the first check ($cc)" stub_fails $cc "$name"
		[ $cc = clang ] || ok "$name: the stub earns nothing" stub_earns_nothing $cc "$name"
		ok "$name: the solution passes with $seeds seeds ($cc)" solution_passes $cc "$name"
		for file in "$name"/right/*.c; do
			[ $cc = clang ] || [ ! -e "$file" ] || ok "$name: right/${file##*/} passes" right_passes $cc "$name" "right/${file##*/}"
		done
		# A second compiler matters where memory is not set: the padding.
		case $cc-$name in
		clang-03b*) ;;
		clang-*) continue ;;
		esac
		for file in "$name"/wrong/*.c; do
			file=wrong/${file##*/}
			ok "$name: $file gets its sentence ($cc)" wrong_fails $cc "$name" "$file"
		done
	done
done

# Programs that are broken or hostile, each with the sentence it must get;
# those in hostile/sandboxed are only safe inside the grader.
told() {
	folder=02a_first_writer_wins
	cp "$1" "$tmp/exercise.c"
	# shellcheck disable=SC2046 # words
	gcc $(cat "$build-gcc/flags") -I $folder -o "$tmp/player" "$tmp/exercise.c" \
		"$build-gcc/$folder/call.o" "$build-gcc/player.o" -lbpf || return 1
	timeout 600 "$build-gcc/$folder/check" --seed 1 -- "$tmp/player" >"$tmp/report" 2>&1
	[ $? -eq 1 ] && grep -qxF "    why       $(field Sentence "$1")" "$tmp/report" || {
		cat "$tmp/report"
		return 1
	}
	line=$(grep -n "// line" "$1" | cut -d: -f1)
	[ -z "$line" ] || grep -q "in exercise.c, line $line\$" "$tmp/report" || {
		echo "the line of the crash is not told:"
		cat "$tmp/report"
		return 1
	}
}
for file in "$code"/tests/hostile/*.c; do
	name=${file##*/}
	grep -q '/\* Sentence: ' "$file" && ok "hostile $name is told what it did" told "$file"
done

# Nothing hangs on the clock: what naps in every call comes to an end by what
# it sleeps, and a machine that is too slow is a fault and no verdict. The
# judge's minutes are made seconds for this.
hurried() {
	folder=02a_first_writer_wins
	plant "s/$1_SECONDS = [0-9]*/$1_SECONDS = 3/" classroom/judge.c "$tmp/judge.c" &&
		plant 's/^int claim(.*/#include <poll.h>\n&/; s/^{$/&\n\tpoll(NULL, 0, 900);/' $folder/solution.c "$tmp/exercise.c" || return 1
	# shellcheck disable=SC2046 # words
	gcc -std=c11 -I classroom -o "$tmp/check" $folder/check.c "$tmp/judge.c" -lbpf &&
		gcc $(cat "$build-gcc/flags") -I $folder -o "$tmp/player" "$tmp/exercise.c" \
			"$build-gcc/$folder/call.o" "$build-gcc/player.o" -lbpf || return 1
	"$tmp/check" --seed 1 -- "$tmp/player" >"$tmp/report" 2>&1
	[ $? -eq "$2" ] && grep -q "$3" "$tmp/report" || {
		cat "$tmp/report"
		return 1
	}
}
ok 'what naps in every call is stopped' hurried PLAY 1 'stopped after minutes of work or sleep'
ok 'a machine that is too slow is a fault and no verdict' hurried CLOCK 2 'The grader has a fault: the machine is too slow'

# A number of calls that is another one each time hides the gap of a race.
restless() {
	folder=02a_first_writer_wins
	plant 's/^int claim(.*/#include <time.h>\n&/; s/^{$/&\n\tuint64_t other;\n\tfor (clock_t i = clock() % 1000; i > 0; i--)\n\t\tbpf_map_lookup_elem(fd, \&address, \&other);/' \
		$folder/solution.c "$tmp/exercise.c" || return 1
	# shellcheck disable=SC2046 # words
	gcc $(cat "$build-gcc/flags") -I $folder -o "$tmp/player" "$tmp/exercise.c" \
		"$build-gcc/$folder/call.o" "$build-gcc/player.o" -lbpf || return 1
	"$build-gcc/$folder/check" --seed 1 -- "$tmp/player" >"$tmp/report" 2>&1
	[ $? -eq 1 ] && grep -q 'Asked the same again, your function makes far more' "$tmp/report" || {
		cat "$tmp/report"
		return 1
	}
}
ok 'a number of calls that differs by far each time is told' restless

if [ -e "$top/lessons/06-iterate.md" ]; then
	for name in $all; do
		ok "$name sends the reader to where its rules are explained" readable "$name"
	done
else
	skip 'the exercises send the reader to where their rules are explained' 'there are no lessons here yet'
fi
done_testing
