# SPDX-License-Identifier: MIT
# The printed book: its outline, tags, fonts and page numbers, that
# nothing leaves the page, and that it is the same at every build.
. "$(dirname "$0")/tap.sh"

need make pandoc weasyprint pdfinfo pdffonts pdftotext qpdf

flock "$top/docs" make -C "$top/docs" pdf >/dev/null || exit 1
pdf=$top/docs/build/bpf-map-workbook.pdf
html=$top/docs/build/.book/book.html
pages=$(find "$top/lessons" -name '[0-9]*.md' | wc -l)

outline() {
	qpdf --json --json-key=outlines "$1" >"$tmp/outline"
	# The titles of the first level are indented least.
	[ "$(grep -c '^ \{6\}"title":' "$tmp/outline")" -eq "$pages" ] &&
		[ "$(grep -c '"title":' "$tmp/outline")" -gt $((3 * pages)) ]
}
ok 'the outline names every lesson and its sections' outline "$pdf"
ok 'the PDF is tagged' sh -c "pdfinfo '$pdf' | grep -q 'Tagged: *yes'"
ok '  has a title' sh -c "pdfinfo '$pdf' | grep -q 'Title: *The BPF Map Workbook'"
ok '  and says that it is PDF/UA' grep -aq pdfuaid "$pdf"

embedded() {
	pdffonts "$1" | awk 'NR > 2 && $(NF - 4) != "yes" { print; bad = 1 } END { exit bad || NR < 4 }'
}
ok 'every font is in the file' embedded "$pdf"

# Words that leave the text area of A4, the cover aside.
inside() {
	pdftotext -bbox "$1" - | awk -v first="$2" '
	/<page/ { page++ }
	page > first && /<word/ {
		split($0, part, "\"")
		words++
		if (part[2] < 50 || part[6] > 595.3 - 49 || part[8] > 841.9 - 24) {
			print "page " page ": " $0
			bad = 1
		}
	}
	END { exit bad || !words }'
}
ok 'nothing leaves the text area' inside "$pdf" 1
{
	echo '<!DOCTYPE html><html lang="en"><title>x</title><section class="chapter"><h1>x</h1><pre>'
	printf '%0200d\n' 0
	echo '</pre></section></html>'
} >"$tmp/wide.html"
weasyprint -q -s "$top/docs/print.css" "$tmp/wide.html" "$tmp/wide.pdf"
ok '  and a line that does is found' not inside "$tmp/wide.pdf" 0

# A heading needs room for more than itself below it.
accompanied() {
	pdfinfo -dests "$1" | tr -d '[]"' | awk '$2 == "XYZ" &&
		$NF !~ /(--(answer|question|main|fn|exercise|program)|^94-answers--0)/ && $4 < 62 + 36 {
			print "page " $1 ": " $NF " stands alone"
			bad = 1
		}
		END { exit bad || NR < 20 }'
}
ok 'no heading is left alone at the end of a page' accompanied "$pdf"

# The numbers on the page are those of the places that they speak of:
# what is read there, in order, beside what the links lead to, in order.
places() {
	pdfinfo -dests "$pdf" | tr -d '[]"' | awk '$2 == "XYZ" { print $NF, $1 }' >"$tmp/places"
	awk 'FILENAME == ARGV[1] { page[$1] = $2; next } { print page[$1] }' "$tmp/places" -
}
contents() {
	sed -n 's/^<p class="c[12]"><a href="#\([^"]*\)".*/\1/p' "$1" | places >"$tmp/expected"
	first=$(head -n 1 "$tmp/expected")
	pdftotext -raw -l $((first - 1)) "$pdf" - | sed '1,/^[ \f]*Contents$/d' |
		sed -n 's/^.*[^0-9]\([0-9][0-9]*\)$/\1/p' >"$tmp/numbers"
	diff "$tmp/expected" "$tmp/numbers" && [ "$(wc -l <"$tmp/numbers")" -gt 30 ]
}
ok 'the contents name the right pages' contents "$html"
plant 's/^\(<p class="c2"><a href="#\)[^"]*/\195-index--main/' "$html" "$tmp/wrong.html"
ok '  and a wrong number is found' not contents "$tmp/wrong.html"
answers() {
	grep -o 'href="#[^"]*">\(Answer\|Question\) on page' "$1" |
		sed 's/href="#//; s/".*//' | places >"$tmp/expected"
	pdftotext "$pdf" - | tr '\n' ' ' | grep -o '\(Answer\|Question\) on page [0-9]*' |
		sed 's/.* //' >"$tmp/numbers"
	diff "$tmp/expected" "$tmp/numbers" && [ "$(wc -l <"$tmp/numbers")" -gt 30 ]
}
ok 'question and answer name the right pages' answers "$html"
plant 's/#94-answers--02-update-1"/#95-index--main"/' "$html" "$tmp/wrong.html"
ok '  and a wrong number is found' not answers "$tmp/wrong.html"
# No entry of the index names a page twice, and each place is there.
index() {
	sed -n '/<div class="index">/,$p' "$1" | grep '<dd>' >"$tmp/index"
	grep -o 'href="#[^"]*"' "$tmp/index" | sed 's/href="#//; s/"//' | places | grep -vx '[0-9][0-9]*'
	while read -r entry; do
		printf '%s\n' "$entry" | grep -o 'href="#[^"]*"' | sed 's/href="#//; s/"//' |
			places | sort | uniq -d
	done <"$tmp/index"
} >"$tmp/twice"
index "$html"
ok 'every number in the index is a page, and is there once' sh -c "! grep . '$tmp/twice' && [ \"\$(wc -l <'$tmp/index')\" -gt 50 ]"

# The same bytes from the same commit: its first two lessons.
plant '/<section class="chapter" id="02-/,$d' "$html" "$tmp/short.html"
epoch() {
	SOURCE_DATE_EPOCH=1700000000 weasyprint -q --pdf-variant pdf/ua-1 \
		-s "$top/docs/print.css" "$tmp/short.html" "$1"
}
same() {
	epoch "$tmp/1.pdf" && sleep 1 && epoch "$tmp/2.pdf" && cmp "$tmp/1.pdf" "$tmp/2.pdf"
}
ok 'the same source gives the same bytes' same
plant 's/kernel/colonel/' "$tmp/short.html"
ok '  and another source others' not sh -c "SOURCE_DATE_EPOCH=1700000000 weasyprint -q \
	--pdf-variant pdf/ua-1 -s '$top/docs/print.css' '$tmp/short.html' '$tmp/2.pdf'; cmp -s '$tmp/1.pdf' '$tmp/2.pdf'"

done_testing
