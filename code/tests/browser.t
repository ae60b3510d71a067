# SPDX-License-Identifier: MIT
# The pages of the book in a real Chromium, and by an HTML validator.
# Each checker is given a page that is wrong, too.
. "$(dirname "$0")/tap.sh"

need make pandoc node java
modules=$code/tests/browser/node_modules
[ -d "$modules" ] || skip_all 'the npm packages are not installed: make test-deps'
for CHROMIUM in chromium chromium-browser google-chrome; do
	CHROMIUM=$(command -v "$CHROMIUM") && break
done
[ -n "$CHROMIUM" ] || skip_all 'chromium is not installed: make test-deps'
export CHROMIUM HOME="$tmp"

flock "$top/docs" make -C "$top/docs" >/dev/null || exit 1
build=$top/docs/build

check() {
	node "$code/tests/browser/check.js" "$@"
}

# wrong PAGE HTML: a folder with the page PAGE and HTML at its end
wrong() {
	rm -rf "$tmp/wrong"
	mkdir "$tmp/wrong"
	plant "s|</main>|$2</main>|" "$build/$1" "$tmp/wrong/$1"
	cp "$build/search.js" "$tmp/wrong"
}

ok 'axe finds nothing in the light' check "$build" light
ok 'axe finds nothing in the dark' check "$build" dark
ok 'axe finds nothing on a phone, and nothing is wider than it' check "$build" phone
wrong 93-glossary.html '<p style="color:#ccc">pale</p>'
ok '  and a pale word is found' not check "$tmp/wrong" light
wrong 93-glossary.html '<div style="width:500px">wide</div>'
ok '  and a wide box is found' not check "$tmp/wrong" phone

ok 'opened, copied from, printed and searched, a page is quiet and asks for nothing' check "$build" quiet
wrong 93-glossary.html '<script>console.log(1)</script>'
ok '  and a word on the console is found' not check "$tmp/wrong" quiet
wrong 93-glossary.html '<img alt="x" src="http://192.0.2.1/x.png">'
ok '  and a request to the network is found' not check "$tmp/wrong" quiet

ok 'the search finds what is there' check "$build" search
mkdir "$tmp/empty"
cp "$build"/*.html "$tmp/empty"
plant '/^\["02-update/d' "$build/search.js" "$tmp/empty/search.js"
ok '  and a section that is not found is missed' not check "$tmp/empty" search

ok 'the copy buttons take code without prose, and commands without prompts' check "$build" copy
mkdir "$tmp/other"
plant 's/previous/previos/' "$build/06-iterate.html" "$tmp/other/06-iterate.html"
ok '  and other code is found' not check "$tmp/other" copy

ok 'left and right turn the pages' check "$build" keyboard
cp "$build"/0*.html "$tmp/wrong"
plant 's/rel="next"/rel="nofollow"/' "$tmp/wrong/01-create.html"
ok '  and a page that does not turn is found' not check "$tmp/wrong" keyboard
ok 'the theme is the system'"'"'s, or the button'"'"'s, and is remembered' check "$build" theme
ok 'the filter of the atlas leaves what it names' check "$build" atlas
mkdir "$tmp/unfiltered"
plant 's/words\.every/words.some/' "$build/90-errno-atlas.html" "$tmp/unfiltered/90-errno-atlas.html"
ok '  and a filter that leaves more is found' not check "$tmp/unfiltered" atlas
ok 'lines can be linked to, and the side says where one is' check "$build" places
plant 's/aria-current","true/aria-other","true/' "$build/02-update.html" "$tmp/unfiltered/02-update.html"
ok '  and a side that does not is found' not check "$tmp/unfiltered" places
# Runs that can be stepped through, on the pages of a copy that surely
# has them.
mkdir -p "$tmp/stepped/code" "$tmp/stepped/docs"
cp -Rp "$top/lessons" "$tmp/stepped"
cp -Rp "$code"/*.[ch] "$code/tools" "$code/exercises" "$tmp/stepped/code"
cp -Rp "$top"/docs/*.* "$top/docs/Makefile" "$top/docs/fonts" "$tmp/stepped/docs"
steps_of() {
	grep -q '"steps' "$tmp/stepped/lessons/$1.md" ||
		sed -i "s/^\[.*\](transcripts\/.*\"calls\")$/[The run](transcripts\/$2.steps.tsv \"$3\")\n\n&/" \
			"$tmp/stepped/lessons/$1.md"
}
steps_of 02-update 02_update steps
steps_of 06-iterate 06_iterate 'steps Delete all but the first | The other way round'
make -C "$tmp/stepped/docs" build/02-update.html build/06-iterate.html >/dev/null || exit 1
mkdir "$tmp/steps"
cp "$tmp"/stepped/docs/build/0[26]*.html "$tmp/steps"
ok 'a run that is stepped through shows what is recorded' check "$tmp/steps" steps
ok '  axe finds nothing in it in the light' check "$tmp/steps" light
ok '  nor in the dark' check "$tmp/steps" dark
ok '  nor on a phone' check "$tmp/steps" phone
# Four faults at once, and each of them is found.
mkdir "$tmp/missteps"
cp "$tmp/steps"/*.html "$tmp/missteps"
for page in "$tmp/missteps"/*.html; do
	for fault in 's/classList.add("lit")/classList.add("out")/' 's/hidden?lane/false?lane/'; do
		plant "$fault" "$page"
	done
done
page=$tmp/missteps/02-update.html
plant 's|<td>-EEXIST|<td>0|' "$page"
plant 's|<i>5</i>|<i>6</i>|' "$page"
check "$tmp/missteps" steps >"$tmp/misstepped" 2>&1
for found in 'step 5: answer: expected "= -EEXIST"' 'step 3: entries: expected "1=5", got "1=6"' \
	'step 2: line 20 is not lit' 'the map gives the answer away'; do
	ok "  and it is found: $found" grep -F "$found" "$tmp/misstepped"
done

ok 'without JavaScript all is there, and no idle button' check "$build" plain
plant 's/ hidden>Copy/>Copy/' "$build/01-create.html" "$tmp/other/06-iterate.html"
ok '  and an idle button is found' not check "$tmp/other" plain
ok 'printed, a page has no bars and no cut line' check "$build" print
wrong 93-glossary.html "<pre style=\"white-space:pre\">$(printf '%0200d' 0)</pre>"
ok '  and a cut line is found' not check "$tmp/wrong" print

valid() {
	# It does not know this word of a policy yet.
	java -jar "$modules/vnu-jar/build/dist/vnu.jar" --errors-only --filterpattern ".*(wasm-unsafe-eval|subgrid).*" "$@"
}
ok 'every page is valid HTML' valid "$build"/*.html
plant 's|</main>|<p><div></p></main>|' "$build/93-glossary.html" "$tmp/invalid.html"
ok '  and an invalid one is found' not valid "$tmp/invalid.html"

done_testing
