# SPDX-License-Identifier: MIT
# The pages are the same, to the byte, with pandoc 2 and with pandoc 3.
# shellcheck disable=SC2317 # "ok" calls the functions
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"

need pandoc make
other=$code/machines/qemu/cache/pandoc
fetch="sh code/machines/qemu/kernel.sh packages trixie code/machines/qemu/cache/pandoc pandoc"
if [ -n "${CI:-}" ] && [ ! -e "$other" ]; then
	ok 'a newer pandoc is fetched' sh -c "cd '$top' && $fetch"
fi
[ -e "$other" ] || skip_all "no newer pandoc here: $fetch"

mkdir "$tmp/bin" "$tmp/own" "$tmp/newer"
{
	echo '#!/bin/sh'
	echo "exec '$other/usr/lib64/ld-linux-x86-64.so.2' --library-path '$other/usr/lib/x86_64-linux-gnu' '$other/usr/bin/pandoc' \"\$@\""
} >"$tmp/bin/pandoc"
chmod +x "$tmp/bin/pandoc"

# makes FOLDER: the pages, with the first pandoc in PATH
makes() {
	(cd "$top" && tar -c --exclude=build --exclude=build-clang --exclude=cache \
		--exclude=node_modules lessons code docs) | tar -x -C "$1" &&
		make -C "$1/docs" -j2
}

same() {
	diff -rq -x .book "$1/docs/build" "$2/docs/build"
}

ok "pandoc $(pandoc --version | sed -n '1s/.* //p') makes the pages" makes "$tmp/own"
PATH=$tmp/bin:$PATH
ok "pandoc $(pandoc --version | sed -n '1s/.* //p') makes them too" makes "$tmp/newer"
ok '  the same pages' same "$tmp/own" "$tmp/newer"
echo >>"$tmp/newer/docs/build/03-lookup.html"
ok '  and another page is seen' not same "$tmp/own" "$tmp/newer"
done_testing
