#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures the tests: plants a fault, runs the tests that should see it,
# takes it out again, and does so with every fault of plants.tsv, whose
# lines are
#
#   TESTS <tab> FILE <tab> SED-SCRIPT [<tab> WHY NOBODY SEES IT]
#
# and with the sentences of the book: in some of each file a number, an
# errno or a flag becomes another one. All of it happens in copies of the
# committed tree. Prints each fault with the first check that saw it.
#
#   plant.sh            all of them
#   plant.sh TEXT       those whose line holds TEXT
#   JOBS=2              so many copies at work
#   EVERY=25            of the sentences, one in so many
#
# Status: 0 if 95 of 100 were seen, 1 if not, 2 if it could not be measured.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 2
top=$PWD tests=code/tests tab=$(printf "\t")
# In CI nothing is skipped, and so here.
export CI=true

# plant_one TESTS FILE SCRIPT WHY: in the copy that is the current
# folder; prints one line
plant_one() {
	sed "$3" "$2" >"$2.planted" || { echo "broken${tab}$2: $3"; return; }
	if cmp -s "$2" "$2.planted"; then
		rm "$2.planted"
		echo "broken${tab}$2: changes nothing: $3"
		return
	fi
	cat "$2.planted" >"$2" && rm "$2.planted"
	seen=
	if ! make steps >"$out.make" 2>&1; then
		seen="make: $(grep -m 1 -i 'error' "$out.make")"
	else
		for test in $1; do
			SENTENCES_OF=$2 timeout 1800 sh "$tests/$test.t" >"$out.test" 2>&1 && continue
			seen="$test.t: $(grep -m 1 '^not ok' "$out.test" || tail -n 1 "$out.test")"
			break
		done
	fi
	git checkout -q -- "$2"
	if [ "$seen" ]; then
		echo "seen${tab}$2: $3${tab}$seen"
	elif [ "$4" ]; then
		echo "explained${tab}$2: $3${tab}$4"
	else
		echo "NOT SEEN${tab}$2: $3"
	fi
}

# false_sentences: faults in one of $EVERY sentences of the table
false_sentences() {
	awk -F "$tab" -v every="${EVERY:-25}" -v OFS="$tab" '
		NR % every == 0 && $1 !~ /svg$|[.][ch]$/ {
			words = $3
			if (match(words, /E(NOENT|EXIST|INVAL|2BIG|PERM|BADF|FAULT|NOSPC|AGAIN|BUSY)/))
				wrong = substr(words, RSTART, RLENGTH) == "EINVAL" ? "EPERM" : "EINVAL"
			else if (match(words, /BPF_(ANY|NOEXIST|EXIST|F_LOCK)/))
				wrong = substr(words, RSTART, RLENGTH) == "BPF_ANY" ? "BPF_EXIST" : "BPF_ANY"
			else if (match(words, /[0-9]+/))
				wrong = substr(words, RSTART, RLENGTH) + 1
			else if (match(words, / (two|three|four|five|six) /))
				wrong = " seven "
			else
				next
			# The line of the file may break anywhere else.
			from = RSTART > 12 ? RSTART - 12 : 1
			print "sentences", $1, substr(words, RSTART, RLENGTH), wrong, words
		}' $tests/sentences.tsv
}

# work NUMBER: its share of the faults, in a copy of its own. First, in the
# first copy, without a fault: then all of these tests must pass.
work() {
	out=$folder/$1
	git clone -q . "$folder/copy.$1" && cd "$folder/copy.$1" || exit 2
	ln -s "$top/$tests/browser/node_modules" $tests/browser/node_modules
	if ! { make steps && make docs; } >"$out.make" 2>&1; then
		cat "$out.make" >&2
		exit 2
	fi
	if [ "$1" -eq 1 ]; then
		for test in $(cut -f 1 "$folder/faults" | tr ' ' '\n' | sort -u); do
			sh "$tests/$test.t" >"$out.test" 2>&1 ||
				echo "broken${tab}$test.t fails without a fault: $(grep -m 1 '^not ok' "$out.test" || tail -n 1 "$out.test")"
		done
	fi
	awk -v n="$1" -v jobs="$jobs" 'NR % jobs == n - 1' "$folder/faults" |
		while IFS=$tab read -r which file script why; do
			plant_one "$which" "$file" "$script" "$why" </dev/null
		done
}

jobs=${JOBS:-2}
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
grep -v '^#' $tests/plants.tsv >"$folder/all"
# A false word, where the file has it first in that line.
false_sentences | while IFS=$tab read -r which file right wrong words; do
	start=$(printf %s "$words" | sed "s/$right.*//; s/.*[^A-Za-z0-9 ]//; s/.* \([^ ]* [^ ]*\)$/\1/; s/[].*[/]/\\\\&/g")
	! grep -q "$start$right" "$file" || printf '%s\t%s\t%s\n' "$which" "$file" "0,/$start$right/s//$start$wrong/"
done >>"$folder/all"
grep -F -e "${1-}" "$folder/all" >"$folder/faults" || { echo "There is no such fault." >&2; exit 2; }

for n in $(seq "$jobs"); do
	work "$n" >"$folder/result.$n" &
done
wait
cat "$folder"/result.* | sort
seen=$(cat "$folder"/result.* | grep -c "^seen")
all=$(cat "$folder"/result.* | grep -c .)
echo "$seen of $all faults were seen."
[ "$all" -eq "$(wc -l <"$folder/faults")" ] || exit 2
! grep -q '^broken' "$folder"/result.* || exit 2
[ $((seen * 100)) -ge $((all * 95)) ]
