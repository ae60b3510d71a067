# SPDX-License-Identifier: MIT
# The e-book: that it is one, that all of the book is in it, and that it
# is the same at every build.
. "$(dirname "$0")/tap.sh"

need make pandoc zip unzip java epubcheck

flock "$top/docs" make -C "$top/docs" epub >/dev/null || exit 1
epub=$top/docs/build/bpf-map-workbook.epub
cp "$epub" "$tmp/first.epub"
mkdir "$tmp/pages"
unzip -qd "$tmp/pages" "$epub"

# Its package is a jar, which not every system runs as a command.
sound() {
	java -jar "$(command -v epubcheck)" "$1" >"$tmp/said" 2>&1 &&
		! grep -E '^(ERROR|WARNING|FATAL)' "$tmp/said"
}
ok 'epubcheck finds nothing' sound "$epub"
cp "$epub" "$tmp/wrong.epub"
plant 's/href="01-create.xhtml/href="01-gone.xhtml/' "$tmp/pages/00-start-here.xhtml"
(cd "$tmp/pages" && zip -q "$tmp/wrong.epub" 00-start-here.xhtml)
ok '  and a link that leads nowhere is found' not sound "$tmp/wrong.epub"

# chapters FOLDER: every lesson, and as many programs as on the site
chapters() {
	for lesson in "$top"/lessons/[0-9]*.md; do
		[ -s "$1/$(basename "$lesson" .md).xhtml" ] || { echo "no ${lesson##*/}"; return 1; }
	done
	[ "$(cat "$1"/*.xhtml | grep -c '<figure class="program')" -eq \
		"$(cat "$top"/docs/build/[0-9]*.html | grep -c '<figure class="program')" ]
}
ok 'every lesson and every program is in it' chapters "$tmp/pages"
rm "$tmp/pages/05-delete.xhtml"
ok '  and one that is missing is found' not chapters "$tmp/pages"

again() {
	sleep 2
	touch "$top/docs/epub.css"
	flock "$top/docs" make -C "$top/docs" epub >/dev/null && cmp "$epub" "$tmp/first.epub"
}
ok 'the same source gives the same bytes' again
done_testing
