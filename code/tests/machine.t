# SPDX-License-Identifier: MIT
# The machine in the page: each program runs there, in a real Chromium,
# and prints what is recorded. "make test-machine" builds it first.
. "$(dirname "$0")/tap.sh"

need make pandoc node
cache=$code/machines/browser/cache
[ -e "$cache/linux.js" ] || {
	# To build it takes ten minutes and the network, which no other test
	# needs: make test-machine does that.
	echo '1..0 # SKIP no machine was built for the pages: make test-machine'
	exit 0
}
[ -d "$code/tests/browser/node_modules" ] || skip_all 'the npm packages are not installed: make test-deps'
for CHROMIUM in chromium chromium-browser google-chrome; do
	CHROMIUM=$(command -v "$CHROMIUM") && break
done
[ -n "$CHROMIUM" ] || skip_all 'chromium is not installed: make test-deps'
export CHROMIUM HOME="$tmp"

flock "$top/docs" make -C "$top/docs" >/dev/null || exit 1
build=$top/docs/build
records=$top/lessons/transcripts

check() {
	node "$code/tests/browser/machine.js" "$@"
}

ok 'before the click nothing is loaded, and one file after it' check "$build" "$records" quiet
ok 'every program prints in the page what is recorded' check "$build" "$records" programs
ok 'every program can be edited there: another flag, another answer' check "$build" "$records" edits
ok 'the editor shows an error at its line, keeps the text and puts it back' check "$build" "$records" editor
ok 'test_maps is stopped, drains and gives its sum; a reset ends it' check "$build" "$records" stop
ok 'fifty runs in a row print the same, and leave nothing' check "$build" "$records" repeat
throttled() {
	check "$build" "$records" throttled >"$tmp/time" || {
		cat "$tmp/time"
		return 1
	}
}
ok 'it runs on a slow processor' throttled
sed 's/^/# /' "$tmp/time"
ok 'it runs from a server, too' check "$build" "$records" server
ok 'a browser without WebAssembly is told so, and loads nothing' check "$build" "$records" without

FIREFOX=$(command -v firefox-esr || command -v firefox)
if [ -n "$FIREFOX" ]; then
	export FIREFOX
	ok 'Firefox: every program prints in the page what is recorded' check "$build" "$records" programs
	ok '  test_maps is stopped there, too' check "$build" "$records" stop
	ok '  and it runs from a server' check "$build" "$records" server
	unset FIREFOX
else
	skip 'Firefox: every program prints in the page what is recorded' 'no firefox-esr: make test-machine'
fi

# Each checker is given something wrong, too.
mkdir "$tmp/pages" "$tmp/records"
cp "$build"/0[0-2]*.html "$build"/07*.html "$build"/*.js "$tmp/pages"
cp "$records"/*.txt "$tmp/records"
sed -i 's/day = 5/day = 6/' "$tmp/records/02_update.txt"
ok '  and another record is found' not check "$build" "$tmp/records" repeat
sed 's|</main>|<script>document.head.append(Object.assign(document.createElement("script"), {src: "linux.js"}))</script>&|' \
	"$build/02-update.html" >"$tmp/pages/02-update.html"
ok '  and a page that loads it before the click' not check "$tmp/pages" "$records" quiet
sed -i 's/send("\\x03")/send("")/' "$tmp/pages/machine.js"
grep -q 'send("")' "$tmp/pages/machine.js" || exit 1
ok '  and a stop that stops nothing' not check "$tmp/pages" "$records" stop
cp "$build/02-update.html" "$build/machine.js" "$tmp/pages"
plant 's/localStorage.setItem/localStorage.getItem/' "$tmp/pages/machine.js"
ok '  and an editor that keeps nothing' not check "$tmp/pages" "$records" editor

fits() {
	[ "$(gzip -9c "$1" | wc -c)" -le 6000000 ]
}
ok 'it takes 6 MB at most, compressed' fits "$build/linux.js"
{ cat "$build/linux.js"; head -c 400000 /dev/urandom; } >"$tmp/large"
ok '  and a larger one is found' not fits "$tmp/large"
ok 'no path of this machine is in it' not grep -qF "$top" "$build/linux.js" "$build/linux.txt"
noticed() {
	for name in busybox tcc libc6 libbpf1 seabios linux-source- v86; do
		grep -q "^$name" "$1" || return 1
	done
}
ok 'whose work is in it, and where the source is, stands beside it' noticed "$build/linux.txt"
sed '/^tcc/d' "$build/linux.txt" >"$tmp/notices"
ok '  and one who is left out is missed' not noticed "$tmp/notices"

done_testing
