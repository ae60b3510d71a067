#!/bin/sh
# SPDX-License-Identifier: MIT
# Every sentence of the book with an errno, a call, a flag, a version or a
# number in it says what something shows. sentences.tsv has a line for each:
# the file, what shows it, and its words, so that a sentence that changes is
# not tied any more. What shows it is one or more of these, with " && "
# between them:
#
#   test FILE: NAME      a check of code/tests/FILE (when it fails, it names
#                        the sentence)
#   record FILE: WORDS   words of a line of lessons/transcripts/FILE, in a
#                        table with " | " for each tab
#   header: EXPRESSION   a constant expression of C that is true
#   source FILE: WORDS   words of a line of a file of this tree
#   rule 02a: NAME       a rule that the judge holds solutions to
#   read FILE: FUNCTION  the source of something that no machine here runs;
#                        read, not run
#   none: REASON         nothing that could be checked
# shellcheck disable=SC2317 # "ok" calls the functions
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
need pandoc
tests=$(cd "$(dirname "$0")" && pwd)
cd "$top" || exit 1
tab=$(printf '\t')

# prose FILE: a file's Markdown, or the comments of a program, or the words
# of a picture, a paragraph each
prose() {
	case $1 in
	*.md) cat "$1" ;;
	*.svg)
		sed -n 's/.*<\(title\|desc\)[^>]*>\([^<]*\)<.*/\2\n/p' "$1"
		# Its labels are one sentence.
		sed -n 's/<[^>]*tspan[^>]*>//g; s/.*<text[^>]*>\([^<]*\)<.*/\1/p' "$1" | paste -s -d '~' - | sed 's/~/ · /g'
		;;
	*) sed -n 's|^.*[[:space:]]//  *||; t print
		s|^// *||; t print
		s|.*||
		: print
		p' "$1" ;;
	esac
}

# said FILE: its sentences
said() {
	prose "$1" | pandoc -f gfm -t native -L "$tests/sentences.lua" | sed "s|^|$1$tab|"
}

all_said() {
	for file in ${SENTENCES_OF:-README.md lessons/*.md lessons/figures/*.svg code/[0-9]*.c code/test_maps.c code/gate.c code/gate.bpf.c \
		code/exercises/*_*/task.md code/exercises/*_*/hints.md code/exercises/*_*/answer.md code/exercises/*_*/exercise.h}; do
		said "$file" || return 1
	done
}

# tied SAID TABLE: what can be checked in SAID is in TABLE, and what is in
# TABLE is said
tied() {
	grep "^${SENTENCES_OF:-.*}$tab" "$2" | cut -f 1,3 | sort -u >"$tmp/in_table"
	sed -n "s/^\([^$tab]*$tab\)[01]$tab/\1/p" "$1" | sort -u >"$tmp/all"
	sed -n "s/^\([^$tab]*$tab\)1$tab/\1/p" "$1" | sort -u | comm -23 - "$tmp/in_table" |
		sed 's/^/Not tied to what shows it, see sentences.tsv: /' >"$tmp/differ"
	comm -13 "$tmp/all" "$tmp/in_table" | sed 's/^/No longer said, see sentences.tsv: /' >>"$tmp/differ"
	[ ! -s "$tmp/differ" ] || {
		cat "$tmp/differ"
		return 1
	}
}

# shown FILE EVIDENCE WORDS: there is such evidence
shown() {
	what=${2#*: }
	where=${2%%: *}
	case $where in
	'test '*)
		file=code/tests/${where#* }
		cat "$file" "${file%.t}"/*.sh 2>/dev/null | grep -qF -e "$what"
		;;
	'record '*.tsv) sed "s/$tab/ | /g" "lessons/transcripts/${where#* }" | grep -qF -e "$what" ;;
	'record '*) grep -qF -e "$what" "lessons/transcripts/${where#* }" ;;
	'source '*) grep -qF -e "$what" "${where#* }" ;;
	'rule '*) grep -q "^RULE($what," code/exercises/"${where#* }"_*/check.c ;;
	header) printf '_Static_assert(%s, "");\n' "$what" >>"$tmp/headers.c" ;;
	'read '* | none) [ "$what" ] && [ "$what" != "$2" ] ;;
	*) false ;;
	esac 2>/dev/null || {
		printf '%s: %s\n    is said to be shown by "%s"\n' "$1" "$3" "$2"
		return 1
	}
}

# all_shown TABLE
all_shown() {
	result=0
	printf '%s\n' '#include <bpf/bpf.h>' '#include <errno.h>' '#include <stddef.h>' >"$tmp/headers.c"
	while IFS=$tab read -r file evidence words; do
		printf '%s\n' "$evidence" | sed 's/ && /\n/g' >"$tmp/each"
		while IFS= read -r each; do
			shown "$file" "$each" "$words" || result=1
		done <"$tmp/each"
	done <"$1"
	cc -fsyntax-only "$tmp/headers.c" && [ "$result" -eq 0 ]
}

all_said >"$tmp/said"
ok 'every sentence that can be checked is tied to what shows it' tied "$tmp/said" "$tests/sentences.tsv"
ok 'what shows it is there' all_shown "$tests/sentences.tsv"

if [ -z "${SENTENCES_OF-}" ]; then
	plant '0,/EEXIST/s//ENOENT/' "$tmp/said" "$tmp/false"
	ok 'another errno in a sentence is seen' not tied "$tmp/false" "$tests/sentences.tsv"
	ok '  and is named' grep -q '^Not tied .*ENOENT' "$tmp/differ"
	plant '0,/\t1\t/{/\t1\t/d}' "$tmp/said" "$tmp/false"
	ok 'a sentence that is no longer said is seen' not tied "$tmp/false" "$tests/sentences.tsv"
	plant '0,/test facts[.]t: /s//&not /' "$tests/sentences.tsv" "$tmp/false"
	ok 'a check that is not there shows nothing' not all_shown "$tmp/false"
	plant '0,/record errno_atlas.tsv: /s//&no /' "$tests/sentences.tsv" "$tmp/false"
	ok '  nor a record that says something else' not all_shown "$tmp/false"
	plant '0,/header: /s//&!/' "$tests/sentences.tsv" "$tmp/false"
	ok '  nor an expression that is false' not all_shown "$tmp/false"
fi
done_testing
