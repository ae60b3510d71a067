#!/bin/sh
# SPDX-License-Identifier: MIT
# What the book needs beyond its single pages, run by the Makefile;
# what it writes is under docs/build/.
#
#   book.sh structure   the pages, their titles, the programs they show
#                       and the terms of the glossary
#   book.sh collect     check links and sources over all pages; write
#                       the search, and what the answers and the index
#                       are made from
#   book.sh html        all pages as one, with {{#ID}} for the number of
#                       the page that ID is on
#   book.sh number      that one page with the numbers filled in, as they
#                       are in build/.book/draft.pdf
#   book.sh open        open the site in a browser
set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")" || exit 1
book=build/.book

# replace FILE: put standard input there, unless it holds that already;
# what did not change makes nothing be built again
replace() {
	cat >"$1.new" || exit 1
	if cmp -s "$1.new" "$1"; then
		rm "$1.new"
	else
		mv "$1.new" "$1"
	fi
}

structure() {
	mkdir -p $book || exit 1
	# shellcheck disable=SC2016 # awk's own
	{
	for answer in ../code/exercises/*/answer.md; do
		folder=${answer%/*}
		[ ! -e "$answer" ] || printf 'exercise\t%s\n' "${folder##*/}"
	done
	awk '
	FNR == 1 {
		name = FILENAME
		gsub(/.*\/|\.md$/, "", name)
		title = $0
		sub(/^# */, "", title)
		print "page\t" name "\t" title
	}
	/^\[.*\]\(\.\.\/code\/[^)\/]* "program"\)$/ {
		file = $0
		gsub(/^.*\/code\/| "program"\)$/, "", file)
		if (!seen[file]++)
			print "program\t" file "\t" name
	}
	name ~ /glossary/ && match($0, /^(- )?\*\*[^*]+\*\*/) {
		term = substr($0, 1, RLENGTH)
		gsub(/^(- )?\*\*|[.:]?\*\*$/, "", term)
		print "term\t" term
	}' ../lessons/*.md
	} | replace $book/structure
}

# pages: the names of all pages, in order
pages() {
	sed -n 's/^page	\([^	]*\)	.*/\1/p' $book/structure
}

# data: what the pages said, those that are made of the others aside
data() {
	for name in $(pages); do
		case $name in
		94-* | 95-*) ;;
		*) echo "$book/$name.data" ;;
		esac
	done
}

# complain: the first line of standard input, if there is one, and fail
complain() {
	if read -r line; then
		printf '%s\n' "$line" >&2
		return 1
	fi
}

# have KIND NOUN FILE...: what some lesson has to show
have() {
	kind=$1 noun=$2
	shift 2
	for file; do
		[ ! -e "$file" ] || printf 'have\t%s\t%s\t%s:1: no lesson shows this %s\n' \
			"$kind" "${file##*/}" "${file#../}" "$noun"
	done
}

# What nobody shows, and links that lead nowhere.
check() {
	# shellcheck disable=SC2046,SC2016 # words; awk's own
	{
		cat $(data)
		have program program ../code/[0-9][0-9]_*.c ../code/test_maps.c
		have output run ../lessons/transcripts/*.txt ../lessons/transcripts/errno_kernels.tsv
		have figure figure ../lessons/figures/*.svg
		awk '/^[ \t]*\/\* part [A-Za-z0-9_-]+ \*\/[ \t]*$/ {
			file = FILENAME
			sub(/.*\//, "", file)
			printf "have\tpart\t%s %s\tcode/%s:%d: no lesson shows part %s\n",
				file, $3, file, FNR, $3
		}' ../code/*.c /dev/null
		[ ! -e ../lessons/transcripts/errno_atlas.tsv ] ||
			awk -F '\t' 'FNR > 1 && !seen[$1]++ {
			printf "have\terrnos\t%s\tlessons/transcripts/errno_atlas.tsv:%d: no lesson shows the rows of %s\n",
				$1, FNR, $1
		}' ../lessons/transcripts/errno_atlas.tsv
	} | awk -F '\t' '
	$1 == "use" { used[$2, $3] = 1 }
	$1 == "anchor" { anchor[$2] = 1 }
	$1 == "link" { link[++links] = $2; at[links] = $3 }
	$1 == "have" { have[++haves] = $2 SUBSEP $3; say[haves] = $4 }
	END {
		for (i = 1; i <= links; i++)
			if (!(link[i] in anchor) && link[i] !~ /^9[45]-/) {
				split(link[i], part, "#")
				print at[i] ": there is no heading \"#" \
					part[2] "\" in lessons/" part[1] ".md"
			}
		for (i = 1; i <= haves; i++)
			if (!(have[i] in used))
				print say[i]
	}' | complain
}

# said KIND: the facts of one kind, of all those pages
said() {
	# shellcheck disable=SC2046 # words
	sed -n "s/^$1	//p" $(data)
}

collect() {
	check || exit 1
	said term | replace $book/terms
	said answer | replace $book/answers
	{
		echo 'const sections = ['
		said search
		echo '];'
		sed '/^[[:space:]]*\/\//d; s/^[[:space:]]*//' search.js
	} | replace build/search.js
}

# rename NAME: the ids of the page NAME, for a place beside the others
rename() {
	sed "s/ id=\"/ id=\"$1--/g
		s/href=\"#/href=\"#$1--/g
		s/url(#/url(#$1--/g
		s/href=\"\([0-9][0-9]-[a-z0-9-]*\)\.html#/href=\"#\1--/g
		s/href=\"\([0-9][0-9]-[a-z0-9-]*\)\.html\"/href=\"#\1--main\"/g
		s/href=\"#\([0-9][0-9]-[a-z0-9-]*\)--answer-/href=\"#\1--question-/g
		s/href=\"index\.html[^\"]*\"/href=\"#contents\"/g
		s|\(class=\"answer-ref\".*href=\"\(#[^\"]*\)\">Answer\)<|\1 on page {{\2}}<|
		s|\(class=\"back\".*href=\"\(#[^\"]*\)\">\)Back to the question<|\1Question on page {{\2}}<|"
}

html() {
	SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-0}
	date=$(date -u -d "@$SOURCE_DATE_EPOCH" '+%-d %B %Y' 2>/dev/null ||
		date -u -r "$SOURCE_DATE_EPOCH" '+%-d %B %Y')
	echo '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
	echo '<title>The BPF Map Workbook</title>'
	echo '<meta name="description" content="The map calls from user space, in C, on a live kernel">'
	echo '</head><body>'
	sed -n '/^<div class="hero">/,/^<\/div>/p' build/index.html |
		sed 's/<h1>/<p class="title">/; s/<\/h1>/<\/p>/; /class="begin"/d
			s/<path class="cell"/<path fill="#eda918"/
			s/currentColor/#33456f/'
	echo "<section class=\"colophon\"><p>The BPF Map Workbook</p><p>Edition of $date. Every program in this book is a file of its source tree, every output a recorded run, and every errno a row that a live kernel confirmed.</p><p>Released under the MIT License.</p></section>"
	echo '<nav id="contents" class="contents"><p class="title">Contents</p>'
	for name in $(pages); do
		label=$(sed -n 's/^<p class="eyebrow">\(.*\)<\/p>/\1/p' "build/$name.html" |
			sed 's/ of .*//; s/^Before.*//; s/^[A-Z][a-z]* //')
		printf '<p class="c1"><a href="#%s--main"><b>%s</b>' "$name" "$label"
		sed -n 's/^<h1>\(.*\)<\/h1>$/\1/p' "build/$name.html" | tr -d '\n'
		printf '<span>{{#%s--main}}</span></a></p>\n' "$name"
		case $name in
		90-* | 94-* | 95-*) ;;
		*) sed -n 's/^head	\([^#]*\)#\([^	]*\)	\(.*\)/<p class="c2"><a href="#\1--\2">\3<span>{{#\1--\2}}<\/span><\/a><\/p>/p' \
			"$book/$name.data" ;;
		esac
	done
	echo '</nav>'
	for name in $(pages); do
		sed -n '/^<main/,/^<\/main>/p' "build/$name.html" |
			sed 's/^<main/<section class="chapter"/; s/^<\/main>/<\/section>/' |
			rename "$name" | colours | keep
	done
	echo '</body></html>'
}

# colours: a drawing takes them from a page, but has its own in print
colours() {
	sed 's|#0f6b64|#8f5600|g
		s|font-family="system-ui,|font-family="|g'
}

# keep: mark what a page should not part: a note and the first
# paragraph of its code, any other paragraph, a call of a trace, a short
# table, the last two rows of a long one
keep() {
	awk '
	function flush() {
		if (chunk == 2) {
			printf "</code></pre></div><pre style=\"counter-reset:l %d\"><code>", line
			chunk = 3
		}
		if (chunk == 1)
			chunk = 2
		else if (n > 1 && n < 17)
			text = "<span class=\"keep\">" text "</span>"
		printf "%s", text
		line += n
		n = 0
		text = ""
	}
	/^<table>$/ || /^<table class="errnos/ { table = 1; rows = 0; text = "" }
	table {
		if (/^(<tbody>)?<tr[> ]/)
			place[++rows] = length(text)
		text = text $0 "\n"
		if (!/<\/table>/)
			next
		table = 0
		if (rows < 8)
			sub(/^<table( class=")?/, "&\001", text)
		else if (text ~ /^<table class/)
			text = substr(text, 1, place[rows - 1]) "</tbody><tbody class=\"keep\">" \
				substr(text, place[rows - 1] + 1)
		sub(/\001>/, " class=\"keep\">", text)
		sub(/\001/, "keep ", text)
		printf "%s", text
		text = ""
		next
	}
	/^<div class="chunk">$/ { chunk = 1; $0 = $0 "<div class=\"start\">" }
	/<pre[^>]*><code><i>/ || /class="terminal calls"/ {
		at = index($0, "<code>") + 6
		printf "%s", substr($0, 1, at - 1)
		line = $0
		sub(/.*counter-reset:l /, "", line)
		line += 0
		$0 = substr($0, at)
		code = 1
	}
	code {
		at = index($0, "</code></pre>")
		end = at ? substr($0, at) : ""
		if (at)
			$0 = substr($0, 1, at - 1)
		if (/^bpf\(/)
			flush()
		text = text $0 (at ? "" : "\n")
		n += !at
		if (at) {
			flush()
			print end (chunk == 2 ? "</div>" : "")
			code = chunk = 0
		} else if ($0 == "<i></i>")
			flush()
		next
	}
	{ print }'
}

# Every number of a page, and an index that names each page once: its
# links are in the order of the book.
number() {
	pdfinfo -dests $book/draft.pdf | sed -n 's/^ *\([0-9]*\) .*"\(.*\)"$/\1	\2/p' >$book/places
	awk -F '\t' '
	FILENAME == ARGV[1] { page[$2] = $1; next }
	/<dd>/ {
		head = $0
		sub(/<dd>.*/, "<dd>", head)
		rest = $0
		sub(/^.*<dd>/, "", rest)
		n = 0
		while (match(rest, /(<b>)?<a href="#[^"]*"/)) {
			link = substr(rest, RSTART, RLENGTH)
			id = link
			gsub(/^.*href="#|"$/, "", id)
			rest = substr(rest, RSTART + RLENGTH)
			if (n == 0 || page[id] != page[first[n]]) {
				first[++n] = id
				bold[n] = 0
			}
			if (link ~ /^<b>/)
				bold[n] = 1
		}
		printf "%s", head
		for (i = 1; i <= n; i++) {
			number = "<a href=\"#" first[i] "\">" page[first[i]] "</a>"
			printf "%s", (i > 1 ? ", " : "") (bold[i] ? "<b>" number "</b>" : number)
		}
		print "</dd>"
		next
	}
	{
		while (match($0, /[{][{]#[^}]*[}][}]/))
			$0 = substr($0, 1, RSTART - 1) page[substr($0, RSTART + 3, RLENGTH - 5)] substr($0, RSTART + RLENGTH)
		print
	}' $book/places $book/draft.html
}

# The browser that this desktop would use, or where to point one.
show() {
	for opener in xdg-open open wslview; do
		if command -v "$opener" >/dev/null 2>&1 &&
			"$opener" build/index.html 2>/dev/null; then
			return
		fi
	done
	echo "Open this file in a browser: $PWD/build/index.html"
}

case ${1-} in
open) show ;;
structure | collect | html | number) "$1" ;;
*)
	sed -n '3,/^set -u/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
