# SPDX-License-Identifier: MIT
# The book: that its build brings in what the lessons name and stops at
# what is not there, and that its pages and its PDF are sound. Each
# checker is given something wrong, too.
# shellcheck disable=SC2013,SC2015,SC2020 # words of ours, sets of characters
. "$(dirname "$0")/tap.sh"

need make pandoc cc

# copy NAME: a tree of its own in $tmp, to build and to break
copy() {
	mkdir "$tmp/$1" "$tmp/$1/docs" || exit 1
	cp -Rp "$top/lessons" "$tmp/$1"
	mkdir "$tmp/$1/code"
	cp -p "$code"/*.[ch] "$tmp/$1/code"
	cp -Rp "$code/tools" "$tmp/$1/code"
	[ ! -d "$code/exercises" ] || cp -Rp "$code/exercises" "$tmp/$1/code"
	cp -Rp "$top"/docs/*.* "$top/docs/Makefile" "$top/docs/fonts" "$tmp/$1/docs"
}

copy book
book=$tmp/book build=$tmp/book/docs/build
ok 'the book builds' make -C "$book/docs"
[ $failures -eq 0 ] || { echo "Bail out! The book does not build: see above, or make docs"; exit 1; }

# Links, anchors and ids: "FILE: what is wrong" for each fault.
faulty_links() {
	(cd "$1" && for page in *.html; do
		tr '\n' ' ' <"$page" | sed 's/>/>\n/g' | awk -v page="$page" '
		/^<!DOCTYPE|<script/ { next }
		match($0, /<[a-z0-9]+( [^<]*)? id=("[^"]*"|[^" >]+)/) {
			id = substr($0, RSTART, RLENGTH)
			gsub(/.* id="?|"$/, "", id)
			print "id\t" page "#" id
		}
		match($0, /<a ([^<]* )?href="[^"]*"/) {
			to = substr($0, RSTART, RLENGTH)
			gsub(/.*href="|"$/, "", to)
			if (to ~ /^#/)
				to = page to
			if (to !~ /^https?:/)
				print "to\t" page "\t" to
		}
		/ src="|<link [^>]*href="[^d]/ { print "request\t" page }'
	done) | awk -F '\t' -v folder="$1" '
	$1 == "id" && seen[$2]++ { print $2 ": twice" }
	$1 == "to" { from[$3] = $2 }
	$1 == "request" { print $2 ": asks for another file" }
	END {
		for (to in from) {
			file = folder "/" to
			there = to in seen
			if (to !~ /#/) {
				there = (getline line <file) > 0
				close(file)
			}
			if (!there)
				print from[to] ": " to " leads nowhere"
		}
		print "checked"
	}' >"$tmp/faults"
	grep -v '^checked$' "$tmp/faults"
	[ "$(cat "$tmp/faults")" = checked ]
}
ok 'every link and anchor leads somewhere, no id is there twice' faulty_links "$build"
mkdir "$tmp/pages"
for fault in '<a href="#gone">x</a>' '<a href="gone.html">x</a>' '<p id="main">x</p>' '<img src="x.png">'; do
	cp "$build"/*.html "$tmp/pages"
	printf '%s\n' "$fault" >>"$tmp/pages/01-create.html"
	ok "  and $fault is found" not faulty_links "$tmp/pages"
done

# No lesson is larger than this, with its style and script, but
# without the typefaces.
small() {
	for page in "$1"/[0-8]*.html; do
		size=$(sed 's/url(data:font[^)]*)//g' "$page" | wc -c)
		[ "$size" -le "$2" ] || { echo "$page: $size bytes"; return 1; }
	done
}
ok 'no lesson is larger than 60 KB' small "$build" 61440
ok '  and a larger one is found' not small "$build" 20000

# What the copy button takes: the code as the page has it.
copied() {
	tr '\n' '\001' <"$1" | sed "s/.*<figure class=\"program[ a-z]*\" id=\"program-$2\">//; s/<\/figure>.*//" |
		tr '\001' '\n' | awk '
		/<pre/ { inside = 1; sub(/.*<code>/, "") }
		inside {
			last = sub(/<\/code><\/pre>.*/, "")
			sub(/<span class="came">.*/, "")
			gsub(/<[^>]*>/, "")
			gsub(/&lt;/, "<"); gsub(/&gt;/, ">"); gsub(/&amp;/, "\\&")
			if (!last || $0 != "")
				print
			if (last)
				inside = 0
		}'
}

# The same from the source: without the licence and the prose.
without_prose() {
	sed '/^[[:space:]]*\/\//d' "$1" |
		sed '1,/^$/{/^\/\*/d; /^$/d; }'
}

same_code() {
	copied "$1" "$2" >"$tmp/copied.c"
	without_prose "$3" >"$tmp/source.c"
	diff -B "$tmp/copied.c" "$tmp/source.c" || return 1
	# A skeleton is made by clang, which not every machine has.
	skeleton=$(sed -n 's/^#include "\(.*\.skel\.h\)"$/\1/p' "$tmp/copied.c")
	[ -n "$skeleton" ] && [ ! -e "$code/skeletons/$skeleton" ] && [ -z "${CI:-}" ] ||
		cc -std=gnu11 -I "$code" -isystem "$code/skeletons" -fsyntax-only "$tmp/copied.c"
}
for source in "$book"/code/[0-9][0-9]_*.c "$book/code/test_maps.c"; do
	name=$(basename "$source" .c)
	page=$(grep -l "id=\"program-$name\"" "$build"/[0-8]*.html | head -n 1)
	ok "the page's $name.c is the file without its prose, and compiles" \
		same_code "$page" "$name" "$source"
done
plant 's/previous/previos/' "$build/06-iterate.html" "$tmp/wrong.html"
ok '  and a page that differs is found' not same_code "$tmp/wrong.html" 06_iterate "$book/code/06_iterate.c"

# figure PAGE ATTRIBUTE: the figure of PAGE that has it
figure() {
	sed -n "/<figure class=\"[a-z ]*\"[^>]* $2/,/<\\/figure>/p" "$1"
}

# Beside each EXPECT of a program stands what the recorded run says.
answers() {
	program=${2##*/}
	sed -n 's/.* = \(-\{0,1\}[0-9A-Z]*\)$/\1/p' "$2" >"$tmp/recorded"
	figure "$1" "id=\"program-${program%.txt}\"" | grep -o '<span class="came">.*' | sed 's/<small>.*//; s/<[^>]*>//g; s/ *$//' >"$tmp/shown"
	diff "$tmp/recorded" "$tmp/shown" && [ "$(wc -l <"$tmp/shown")" -gt 5 ]
}
for name in 01_create 02_update 03_lookup 04_lookup_and_delete 05_delete; do
	ok "the answers beside the code of $name.c are those of its run" \
		answers "$build/$(echo $name | tr _ -).html" "$book/lessons/transcripts/$name.txt"
done
plant 's/= -EEXIST$/= 0/' "$book/lessons/transcripts/02_update.txt" "$tmp/wrong.txt"
ok '  and another answer is found' not answers "$build/02-update.html" "$tmp/wrong.txt"

# A run is shown as it is recorded, in print; and on the screen where it
# is no figure that can be stepped through.
run_shown() {
	sed 's/^\$ //' "$2" >"$tmp/recorded"
	command=$(sed -n 's/^\$ //p;q' "$2")
	tr '\n' '\001' <"$1" | sed 's/<pre/\n<pre/g' | grep -F ">$command</kbd>" |
		sed 's/<\/code><\/pre>.*//' | tr '\001' '\n' |
		sed 's/<[^>]*>//g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' >"$tmp/shown"
	diff -B "$tmp/recorded" "$tmp/shown"
}
runs=0
make -C "$book/docs" print >/dev/null
for run in "$book"/lessons/transcripts/*.bpf.txt "$book/lessons/transcripts/test_maps.txt"; do
	command=$(sed -n 's/^\$ //p;q' "$run")
	for page in "$build"/[0-8]*.html "$build"/.book/print/[0-8]*.html; do
		grep -qF ">$command</kbd>" "$page" || continue
		case $page in */print/*) runs=$((runs + 1)) ;; esac
		ok "${run##*/} is on ${page#"$build/"} as it is recorded" run_shown "$page" "$run"
	done
done
ok 'the runs of every lesson are compared' \
	[ "$runs" -eq "$(($(find "$book/lessons/transcripts" -maxdepth 1 -name "*.bpf.txt" | wc -l) + 1))" ]

# A run that is stepped through has every call of its record, with its
# number and the answer.
steps_shown() {
	program=${2##*/}
	program=${3:-${program%.steps.tsv}}
	sed 1d "$2" | cut -f10 | awk '{ print NR, $0 }' >"$tmp/recorded"
	figure "$1" "id=\"[a-z]*\" data-program=\"program-$program\"" |
		sed -n 's/.*<tr id=step-\([0-9]*-\)\{0,1\}[a-z]*\([0-9]*\) .*<td>\([^<]*\)$/\2 \3/p' | sort -n >"$tmp/shown"
	[ -s "$tmp/shown" ] && diff "$tmp/recorded" "$tmp/shown"
}
for run in "$book"/lessons/transcripts/*.steps.tsv; do
	program=$(basename "$run" .steps.tsv)
	# Of a walk, two parts are shown side by side.
	[ "$program" != 06_iterate ] || continue
	ok "the steps of $program are those of its record" \
		steps_shown "$(grep -l "data-program=\"program-$program\"" "$build"/*.html | head -n 1)" "$run"
done
plant '4d' "$book/lessons/transcripts/02_update.steps.tsv" "$tmp/wrong.tsv"
ok '  and a call that is missing is found' not steps_shown "$build/02-update.html" "$tmp/wrong.tsv" 02_update
plant '4s/$/ /' "$book/lessons/transcripts/02_update.bpf.txt" "$tmp/wrong.txt"
ok '  and another run is found' not run_shown "$build/02-update.html" "$tmp/wrong.txt"

# A loop's answers are all beside its one call. The same call may stand
# in two loops, one after the other.
loops() {
	rm -rf "$tmp/loops"
	copy loops
	cat >"$tmp/loops/code/05_delete.c" <<-'END'
		int main(void)
		{
			while (EXPECT(next(a, &b), c < 3 ? 0 : -ENOENT) == 0) {
				EXPECT(b, "x, y"[c]);
				c++;
			}
			for (c = 0; c < 3; c++)
				EXPECT(call(c,
					    ")"), /* , */ 0);
			do {
				if (c)
					EXPECT(next(a, &b), 0);
			} while (--c);
			EXPECT(next(a, &b), A_DESCRIPTOR);
		}
	END
	{
		echo '$ sudo ./05_delete'
		printf '%s\n' 'next(a, &b) = 0' 'b = 7' 'a line between' 'next(a, &b) = 0' \
			'b = 8' 'next(a, &b) = -ENOENT' 'call(c, ")") = 0' 'call(c, ")") = 0' \
			'call(c, ")") = 1' 'next(a, &b) = 4' 'next(a, &b) = 4' 'next(a, &b) = 5'
	} >"$tmp/loops/lessons/transcripts/05_delete.txt"
	make -C "$tmp/loops/docs" build/05-delete.html >/dev/null || return 1
	grep -o '<span class="came">.*' "$tmp/loops/docs/build/05-delete.html" |
		sed 's/<[^>]*>//g; s/\xc2\xa0/ /g' >"$tmp/shown"
	diff "$tmp/shown" - <<-'END'
		0, 2 times, then -ENOENT
		7, 8
		0, 2 times, then 1
		4, 2 times
		5 a descriptor
	END
}
ok 'the answers of loops are told apart' loops

# What strerror says is what the page says it says.
strerror_says() {
	{
		echo '#define _GNU_SOURCE'
		echo '#include <errno.h>'
		echo '#include <stdio.h>'
		echo '#include <string.h>'
		echo '#define ENOTSUPP 524'
		echo 'int main(void) {'
		tr '\n' ' ' <"$1" | sed 's/.*local meanings = {//; s/}.*//; s/,/\n/g' |
			sed -n "s/^[[:space:]]*\(E[0-9A-Z]*\) = '\(.*\)'.*/if (strcmp(strerror(\1), \"\2\")) return puts(strerror(\1));/p"
		echo '}'
	} >"$tmp/strerror.c"
	[ "$(grep -c strcmp "$tmp/strerror.c")" -gt 15 ] &&
		cc -o "$tmp/strerror" "$tmp/strerror.c" && "$tmp/strerror"
}
ok 'the meaning of an errno is what strerror says' strerror_says "$book/docs/filter.lua"
plant "s/'File exists'/'File is there'/" "$book/docs/filter.lua" "$tmp/wrong.lua"
ok '  and another one is found' not strerror_says "$tmp/wrong.lua"

# The prototypes of the cards are those of the installed headers, where
# from libbpf 1.5 on a helper is a const pointer.
normal() {
	tr '\n\t' '  ' | sed 's/LIBBPF_API//g; s/__attribute__((always_inline))//g
		s/  */ /g; s/ *\([(),;*=]\) */\1/g; s/\([;}]\) */\1\n/g; s/(\*const /(*/g'
}
include=$(pkg-config --variable=includedir libbpf 2>/dev/null)
cat "${include:-/usr/include}"/bpf/bpf.h "${include:-/usr/include}"/bpf/libbpf.h \
	"${include:-/usr/include}"/bpf/bpf_helper_defs.h 2>/dev/null |
	sed 's|/\*.*\*/||; /\/\*/,/\*\//d' | normal >"$tmp/headers"
prototypes() {
	awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 }
		/^## / { card = /^## The call/ } on && card' "$1" | normal |
		sed 's/^ *//' | grep '(.*;$' >"$tmp/prototypes"
	[ -s "$tmp/prototypes" ] || { echo "$1 has no prototype"; return 1; }
	while read -r prototype; do
		# A prototype may differ in the names of its parameters, not here.
		grep -qF -e "$prototype" "$tmp/headers" || {
			echo "$1: not in the installed headers: $prototype"
			return 1
		}
	done <"$tmp/prototypes"
}
cards=$(cd "$book/lessons" && grep -l '^## The call$' [0-8][0-9]-*.md)
for lesson in $cards; do
	ok "$lesson: the prototypes are the installed headers'" prototypes "$book/lessons/$lesson"
done
# Each of the six calls has one.
every_call() {
	for call in create update_elem lookup_elem lookup_and_delete_elem delete_elem get_next_key; do
		# shellcheck disable=SC2086 # words
		(cd "$book/lessons" && cat "$@") | grep -q "^int bpf_map_$call(" || { echo "no card of bpf_map_$call"; return 1; }
	done
}
# shellcheck disable=SC2086 # words
ok 'every call of the book has a card' every_call $cards
ok '  and a card that is missing is found' not every_call 01-create.md
plant 's/const void \*key/void *key/' "$book/lessons/03-lookup.md" "$tmp/wrong.md"
ok '  and a wrong prototype is found' not prototypes "$tmp/wrong.md"

# Make does no more than it must.
ok 'a second make does nothing' sh -c "make -C '$book/docs' 2>&1 | grep DOC && exit 1 || exit 0"
touched() {
	sleep 1
	touch "$book/$1"
	make -C "$book/docs" 2>&1 | sed -n 's/^  DOC //p' >"$tmp/made"
	[ "$(cat "$tmp/made")" = "$2" ] || { cat "$tmp/made"; return 1; }
}
ok 'a touched lesson makes only its page' touched lessons/03-lookup.md 03-lookup
ok 'a touched program makes only its page' touched code/05_delete.c 05-delete
ok 'a touched run makes only its page' touched lessons/transcripts/02_update.txt 02-update
# What the rest of the book is made of is then the same, and not made again.
collects() {
	cp -p "$book/docs/build/.book/collected" "$tmp/collected"
	sed -i "$2" "$book/$1" && make -C "$book/docs" >/dev/null &&
		[ -n "$(find "$book/docs/build/.book/collected" -newer "$tmp/collected")" ]
}
ok 'a touched lesson collects nothing' not collects lessons/03-lookup.md ''
ok '  and one with other words does' collects lessons/03-lookup.md '$a New words.'
ok 'a title that is changed reaches the other pages' collects lessons/03-lookup.md '1s/Look up/Look at/'
ok '  all of them' grep -q 'Look at a value' "$build/07-test-maps.html"

# What a page is made with makes pages again, when what is made of it differs.
# remade FILE SCRIPT PATTERN: changed so, the page of lesson 2 has PATTERN
remade() {
	sleep 1
	cp "$book/$1" "$tmp/as_it_was"
	plant "$2" "$tmp/as_it_was" "$book/$1"
	make -C "$book/docs" >/dev/null 2>&1 && grep -q -e "$3" "$build/${4:-02-update.html}"
	result=$?
	sleep 1
	cp "$tmp/as_it_was" "$book/$1"
	make -C "$book/docs" >/dev/null 2>&1 && return "$result"
}
ok 'a changed filter makes the pages again' remade docs/filter.lua 's/class="label"/class="label new"/' 'label new'
ok '  a changed template' remade docs/template.html 's/<body/& data-new=""/' 'data-new'
ok '  a changed style' remade docs/style.css 's/\.eyebrow {/& order: 7;/' 'order:7'
ok '  a changed script' remade docs/site.js 's/"Theme: "/"Look: "/' 'Look: '
ok '  a changed search' remade docs/search.js 's/Nothing found/Not found/' 'Not found' search.js
ok '  and steps' remade docs/steps.lua '0,/<figure/s//<figure data-new=""/' 'data-new'
ok '  and book.lua' remade docs/book.lua 's/font\/woff2;base64/font\/woff2;new=1;base64/' 'new=1'

# stops PATTERN COMMAND: COMMAND breaks the tree; the build stops with
# one line that matches PATTERN, besides what make says
stops() {
	pattern=$1
	shift
	rm -rf "$tmp/broken"
	copy broken
	cp -Rp "$build" "$tmp/broken/docs"
	(cd "$tmp/broken" && sh -c "$1") || return 1
	if make -C "$tmp/broken/docs" >/dev/null 2>"$tmp/said"; then
		echo 'it builds'
		return 1
	fi
	grep -v '^make' "$tmp/said" >"$tmp/lines"
	cat "$tmp/lines"
	[ "$(wc -l <"$tmp/lines")" -eq 1 ] && grep -qx -e "$pattern" "$tmp/lines"
}
ok 'a missing program stops the build' stops \
	'lessons/03-lookup.md:[0-9]*: there is no code/03_lookup.c' 'rm code/03_lookup.c'
ok 'a missing run stops the build' stops \
	'lessons/07-test-maps.md:[0-9]*: there is no lessons/transcripts/test_maps.txt' 'rm lessons/transcripts/test_maps.txt'
ok 'a missing figure stops the build' stops \
	'lessons/03-lookup.md:[0-9]*: there is no lessons/figures/03-copy.svg' 'rm lessons/figures/03-copy.svg'
add() {
	printf 'printf "%%s\\n" "" "%s" >>lessons/05-delete.md' "$1"
}
at='lessons/05-delete.md:[0-9]*:'
ok 'a misspelt function stops the build' stops "$at there is no function mian in code/05_delete.c" \
	"$(add '[x](../code/05_delete.c \"function mian\")')"
ok 'a program whose run is not recorded stops the build' stops \
	'code/03_lookup.c:[0-9]*: there is no lessons/transcripts/03_lookup.txt: make record' \
	'rm lessons/transcripts/03_lookup.txt'
ok 'an EXPECT without an answer in the run stops the build' stops \
	'code/03_lookup.c:[0-9]*: this EXPECT has no answer in lessons/transcripts/03_lookup.txt: make record' \
	"sed -i '3d' lessons/transcripts/03_lookup.txt"
ok 'a run with a call that is in no program stops the build' stops \
	'lessons/transcripts/03_lookup.txt:4: no EXPECT of code/03_lookup.c has this call: make record' \
	"sed -i '4s/.*/gone(map) = 0/' lessons/transcripts/03_lookup.txt"
ok 'an EXPECT without the answer that is expected stops the build' stops \
	'code/03_lookup.c:[0-9]*: EXPECT needs a call and an answer' \
	"sed -i 's/return finish/EXPECT(close(map)); return finish/' code/03_lookup.c"
ok 'an errno whose meaning nobody wrote down stops the build' stops \
	'code/03_lookup.c:[0-9]*: the meaning of EXDEV is missing in docs/filter.lua' \
	"sed -i 's/= -E[A-Z]*/= -EXDEV/' lessons/transcripts/03_lookup.txt"
rows() {
	printf 'printf "%%s\n" "" "[x](transcripts/errno_atlas.tsv \"errors %s\")" "" "| a | b |" "| - | - |" "| \`%s\` | x |" >>lessons/05-delete.md' "$1" "$2"
}
ok 'an errno that a call never gave stops the build' stops \
	"$at bpf_map_delete_elem never answers EEXIST in lessons/transcripts/errno_atlas.tsv" \
	"$(rows bpf_map_delete_elem -EEXIST)"
ok 'a row of errors without an errno stops the build' stops "$at there is no errno in \"none\"" \
	"$(rows bpf_map_delete_elem none)"
ok 'errors of a misspelt call stop the build' stops \
	"$at there is no row of bpf_map_delte_elem in lessons/transcripts/errno_atlas.tsv" \
	"$(rows bpf_map_delte_elem -ENOENT)"
ok 'errors without a table stop the build' stops "$at no table follows \"errors bpf_map_delete_elem\"" \
	"$(add '[x](transcripts/errno_atlas.tsv \"errors bpf_map_delete_elem\")')"
early() {
	printf 'printf "%%s\n" "" "**Zebra**: a word." >>lessons/93-glossary.md; printf "%%s\n" "" "%s" >>lessons/02-update.md; printf "%%s\n" "" "A **zebra** is a word." >>lessons/05-delete.md' "$1"
}
ok 'a word before its meaning stops the build' stops \
	'lessons/02-update.md:[0-9]*: "zebra" comes before its meaning, which is in lessons/05-delete.md:[0-9]*; give it there, or link to the glossary' \
	"$(early 'Two zebras.')"
ok 'a word without a meaning stops the build' stops \
	'lessons/02-update.md:[0-9]*: "zebra" comes before its meaning, which is in no lesson (in bold); give it there, or link to the glossary' \
	"$(early 'Two zebras.'); sed -i 's/A \*\*zebra/A **yak/' lessons/05-delete.md"
lets_pass() {
	rm -rf "$tmp/passed"
	copy passed
	(cd "$tmp/passed" && sh -c "$1") && make -C "$tmp/passed/docs"
}
ok '  but not when it links to it' lets_pass "$(early 'A [zebra](93-glossary.md) and a zebra.')"
ok '  nor when it is code' lets_pass "$(early '\\`zebra\\`')"
ok 'steps below a comment that is not there stop the build' stops \
	"$at no comment of the program begins with \"Take all\"" \
	"$(add '[x](transcripts/05_delete.steps.tsv \"steps Take all\")')"
ok 'steps below a comment without a call stop the build' stops \
	"$at no call below the comment \"A name keeps\"" \
	"$(add '[x](transcripts/01_create.steps.tsv \"steps A name keeps\")')"
ok 'steps with another field stop the build' stops \
	'lessons/transcripts/05_delete.steps.tsv:1: the fields are not "process .* entries"' \
	"$(add '[x](transcripts/05_delete.steps.tsv \"steps\")'); sed -i 1s/result/answer/ lessons/transcripts/05_delete.steps.tsv"
ok 'a misspelt directive stops the build' stops "$at unknown directive \"progam\"" \
	"$(add '[x](../code/05_delete.c \"progam\")')"
ok 'a missing exercise stops the build' stops "$at there is no code/exercises/99_none/task.md" \
	"$(add '[x](../code/exercises/99_none/task.md \"exercise\")')"
ok 'a link to no lesson stops the build' stops "$at there is no lessons/99-none.md" "$(add '[x](99-none.md)')"
ok 'a link to no heading stops the build' stops "$at there is no heading \"#none\" in lessons/01-create.md" \
	"$(add '[x](01-create.md#none)')"
ok 'a link to no heading of the same page stops the build' stops "$at there is no heading \"#none\" in lessons/05-delete.md" \
	"$(add '[x](#none)')"
ok 'a link to no file stops the build' stops "$at there is no code/none.c" "$(add '[x](../code/none.c)')"
ok 'a link to no file in an exercise stops the build' stops \
	'code/exercises/03a_get_or_default/task.md:[0-9]*: there is no code/exercises/none.md' \
	'printf "%s\n" "" "[x](../none.md)" >>code/exercises/03a_get_or_default/task.md'
ok 'an answer that is never closed stops the build' stops "$at <details> is never closed" \
	"$(add '<details><summary>Answer</summary>')"
ok 'a lesson without a title stops the build' stops 'lessons/05-delete.md:1: the file does not start with "# Title"' \
	"sed -i 1d lessons/05-delete.md"
# shown FILE...: some lesson shows each
shown() {
	[ $# -gt 0 ] || return
	for file; do
		sh "$code/tools/transcript.sh" shown | grep -qx "$(basename "${file%.bpf.c}" .c)" ||
			{ echo "no lesson shows $file"; return 1; }
	done
}
# What git does not know is a reader's own.
# shellcheck disable=SC2046 # words
ok 'every program is shown by some lesson' \
	shown $(git -c safe.directory='*' -C "$top" ls-files ':(glob)code/*.c')
ok '  and one that is not is found' not shown code/05_delete.c code/77_none.c
ok 'a run that no lesson shows stops the build' stops 'lessons/transcripts/none.txt:1: no lesson shows this run' \
	'echo >lessons/transcripts/none.txt'
ok 'kernels that no lesson shows stop the build' stops \
	'lessons/transcripts/errno_kernels.tsv:1: no lesson shows this run' \
	"sed -i '/\"kernels\")/d' lessons/90-errno-atlas.md"
ok 'and so do map types' stops 'lessons/transcripts/map_types.tsv:1: no lesson shows this run' \
	"sed -i '/\"types /d' lessons/92-map-types.md"
ok 'a figure that no lesson shows stops the build' stops 'lessons/figures/none.svg:1: no lesson shows this figure' \
	'cp lessons/figures/03-copy.svg lessons/figures/none.svg'
ok 'atlas rows that no lesson shows stop the build' stops \
	'lessons/transcripts/errno_atlas.tsv:[0-9]*: no lesson shows the rows of bpf_[a-z_]*' \
	"sed -i '/\"errnos\")/d' lessons/90-errno-atlas.md"
ok 'a script that cannot be made small stops the build' stops \
	'docs/site.js:[0-9]*: a string may not go on after the end of its line' \
	"printf 'const s = \`\n  kept\`;\n' >>docs/site.js"
ok 'a torn atlas row stops the build' stops 'lessons/transcripts/errno_atlas.tsv:9: 2 columns, not [0-9]*' \
	"sed -i '9s/.*/bpf_map_create\tHASH/' lessons/transcripts/errno_atlas.tsv"

# What is made small means the same: no string changes.
strings_stay() {
	cat >"$tmp/small_js" <<-'END'
		const s="  // b  /* c */  ;  ",t='  , "  ',u=`  = ${s} ( `,v=/[ /] , (x) "/,w=4 / 2;
	END
	rm -rf "$tmp/strings"
	copy strings
	cat >>"$tmp/strings/docs/style.css" <<-'END'
		/* dropped_comment ; } */
		.sr::before { content: "a  ;  } /* b */ , : c" ; }
	END
	cat >>"$tmp/strings/docs/site.js" <<-'END'
		// dropped_comment
			const s = "  // b  /* c */  ;  ", t = '  , "  ', u = `  = ${s} ( `,
				v = /[ /] , (x) "/, w = 4 / 2; // dropped_comment
	END
	make -C "$tmp/strings/docs" build/01-create.html >/dev/null || return 1
	page=$tmp/strings/docs/build/01-create.html
	grep -qF '.sr::before{content:"a  ;  } /* b */ , : c"}' "$page" &&
		grep -qFf "$tmp/small_js" "$page" &&
		not grep -q dropped_comment "$page"
}
ok 'a string in a style or a script stays as it is' strings_stay

# A lesson of any number is seen: its page, program, run and card.
lesson_eighty() {
	rm -rf "$tmp/eighty"
	copy eighty
	cp "$code/05_delete.c" "$tmp/eighty/code/80_last.c"
	cp "$top/lessons/transcripts/05_delete.txt" "$tmp/eighty/lessons/transcripts/80_last.txt"
	sed 's/05_delete/80_last/g; s/^# .*/# The last/; /"exercise"\|"output"\|"calls"\|"steps"\|"errnos/d' \
		"$top/lessons/05-delete.md" >"$tmp/eighty/lessons/80-last.md"
	make -C "$tmp/eighty/docs" >/dev/null || return 1
	grep -q '<p class="eyebrow">Lesson 80 of 80<' "$tmp/eighty/docs/build/80-last.html" &&
		grep -q 'id="program-80_last"' "$tmp/eighty/docs/build/80-last.html" &&
		grep -q 'href="80-last.html"' "$tmp/eighty/docs/build/01-create.html" &&
		grep -q '"80-last#' "$tmp/eighty/docs/build/search.js" || return 1
	[ "$(sh "$tmp/eighty/code/tools/transcript.sh" shown | tail -n 1)" = 80_last ]
}
ok 'lesson 80 is a lesson' lesson_eighty

# The marks that tell the printer of the pages what to keep together.
# Each has a rule, and they do not hang on what anything else is called.
marks() {
	make -C "$1/docs" print >/dev/null || return 1
	for mark in keep start short brief lead; do
		count=$(cat "$1"/docs/build/.book/print/*.html | grep -o 'class="[^"]*"' |
			tr ' "' '\n\n' | grep -cx "$mark")
		grep -q "\.$mark\b.*break-" "$1/docs/print.css" || count=unruled
		echo "$mark $count"
	done
}
marked() {
	marks "$1" >"$tmp/marks"
	cat "$tmp/marks"
	not grep -q ' 0$\|unruled' "$tmp/marks" && [ "$(wc -l <"$tmp/marks")" -eq 5 ]
}
ok 'what belongs together in print is marked, and every mark has its rule' marked "$book"
cp "$tmp/marks" "$tmp/marks.before"
cp -Rp "$book" "$tmp/renamed"
renamed() {
	sed -i "s/\b$1\b/$1_renamed/g" "$tmp/renamed/docs/filter.lua" "$tmp"/renamed/docs/*.css
	marked "$tmp/renamed" && cmp "$tmp/marks" "$tmp/marks.before"
}
for class in chunk gloss terminal excerpt card; do
	ok "  also when $class is called something else" renamed $class
done
plant "s/\\.keep\\b/.kept/g" "$tmp/renamed/docs/print.css"
ok '  and a mark without its rule is found' not marked "$tmp/renamed"

# The words of the lessons, of the comments and of the exercises.
misspelt() {
	sed 's/`[^`]*`//g; s/](.*)/]/; s/<[^>]*>//g; s|https*://[^ ]*||g; s/&[a-z]*;//g; s/[A-Za-z_]*[0-9][A-Za-z0-9_]*//g' |
		hunspell -l -d en_US -p "$code/tests/words.txt" | sort -u | { ! grep .; }
}
prose() {
	for file in "$top"/lessons/*.md "$code"/exercises/*/*.md; do
		[ ! -e "$file" ] || awk '/^ *```/ { off = !off } !off' "$file"
	done
	sed -n 's/^[[:space:]]*\/\/ //p' "$code"/[0-9][0-9]_*.c "$code/test_maps.c"
}
spelt() {
	misspelt <"$tmp/prose" >"$tmp/misspelt" && return
	while read -r word; do
		grep -lwF -e "$word" "$top"/lessons/*.md "$code"/exercises/*/*.md "$code"/*.c | sed "s#^$top/#$word: #"
	done <"$tmp/misspelt"
	return 1
}
if command -v hunspell >/dev/null 2>&1; then
	prose >"$tmp/prose"
	ok "every word is spelt as a dictionary has it, or words.txt" spelt
	echo 'A descritpor.' >"$tmp/wrong"
	ok '  and a misspelt word is found' not misspelt <"$tmp/wrong"
else
	skip 'every word is spelt as a dictionary has it' 'hunspell is not installed: make test-deps'
fi
if command -v codespell >/dev/null 2>&1; then
	ok 'codespell finds nothing' codespell "$top/lessons" "$top"/docs/*.* "$top"/docs/Makefile \
		"$top/README.md" "$code"/[0-9][0-9]_*.c "$code/test_maps.c" "$code"/tools/*.sh
else
	skip 'codespell finds nothing' 'codespell is not installed: make test-deps'
fi

done_testing
