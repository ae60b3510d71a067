# SPDX-License-Identifier: MIT
# The programs compile without a warning, and are built once.
. "$(dirname "$0")/tap.sh"

need make pkg-config
flags="-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wno-gnu-statement-expression -Werror"
sources=$(sh "$code/tools/transcript.sh" list | sed "s/$/.c/")

# compiles CC SOURCE
compiles() {
	# shellcheck disable=SC2086 # flags
	bpf_cc "$1" $flags -O2 -o "$tmp/compiled" "$2"
}

for compiler in gcc clang; do
	for source in $sources; do
		if command -v $compiler >/dev/null 2>&1; then
			ok "$source compiles under $compiler without a warning" \
				compiles $compiler "$code/$source"
		else
			skip "$source compiles under $compiler" "no $compiler: make test-deps"
		fi
	done
done
printf 'int main(void)\n{\n\tint unused;\n\n\treturn 0;\n}\n' >"$tmp/warns.c"
ok 'a source with a warning does not pass' not compiles cc "$tmp/warns.c"

# The call comes first: a step is a flat list of calls, on two screens.
# at_most LINES FILE
at_most() {
	has=$(wc -l <"$2")
	[ "$has" -le "$1" ] || { echo "${2##*/} has $has lines, not $1 at most"; return 1; }
}
# half_are_short LINES FILE...: half of them have at most so many lines
half_are_short() {
	most=$1
	shift
	short=0
	for file; do
		! at_most "$most" "$code/$file" || short=$((short + 1))
	done
	[ $((2 * short)) -ge $# ]
}
# teaches CALL FILE: the call stands in the first 20 lines, and no
# function but main() stands in front of it
teaches() {
	head -n 20 "$2" | grep -q "\<$1(" && [ "$(grep -c '^{' "$2")" -eq 1 ] && grep -q '^int main(' "$2"
}
steps=$(cd "$code" && grep -l expect.h [0-9]*.c | grep -v '\.bpf\.c$')
for file in $steps; do
	ok "$file has at most 80 lines" at_most 80 "$code/$file"
done
# Those of part two are longer: they have two sides.
first_part=$(echo "$steps" | grep '^0[0-8]')
# shellcheck disable=SC2086 # words
ok 'half of the steps of part one have at most 60 lines' half_are_short 60 $first_part
# shellcheck disable=SC2086 # words
ok '  and not half have 50' not half_are_short 50 $first_part
ok 'expect.h has at most 60 lines' at_most 60 "$code/expect.h"
ok 'test_maps.c has at most 280 lines' at_most 280 "$code/test_maps.c"
ok 'one line more is seen' not at_most 279 "$code/test_maps.c"
taught=0
for lesson in "$top"/lessons/0[0-8]*.md; do
	call=$(sed -n '/^## The call/,/^|/s/^int \(bpf_[a-z_]*\)(.*/\1/p' "$lesson")
	file=$(sed -n 's|^\[.*\](\.\./\(code/[0-9a-z_]*\.c\) "program")|\1|p' "$lesson" | head -n 1)
	# Lesson 8 compares several.
	[ "$(echo "$call" | wc -w)" -eq 1 ] || continue
	taught=$((taught + 1))
	ok "$file makes the call that it teaches, $call, within 20 lines" teaches "$call" "$top/$file"
done
ok 'six lessons teach a call' [ "$taught" -eq 6 ]
sed '2a\
\
\
' "$code/02_update.c" >"$tmp/late.c"
ok 'a call that comes late is seen' not teaches bpf_map_update_elem "$tmp/late.c"
plant 's/^int main/static int wrap(void)\n{\n\treturn 0;\n}\n\n&/' "$code/05_delete.c" "$tmp/wrapped.c"
ok 'a function in front of it is seen' not teaches bpf_map_delete_elem "$tmp/wrapped.c"

# From here on, in a copy of the sources, so that the tree stays as it is.
mkdir "$tmp/code"
cp -R "$code"/*.[ch] "$code/Makefile" "$code/tools" "$code/atlas" "$tmp/code"

built_all() {
	make -C "$tmp/code" -j2 >"$tmp/log" 2>&1 || return 1
	cat "$tmp/log"
	for source in $sources; do
		[ -x "$tmp/code/${source%.c}" ] || return 1
	done
}

nothing_to_do() {
	make -C "$tmp/code" >"$tmp/log"
	cat "$tmp/log"
	! grep -q CC "$tmp/log"
}

builds_only() {
	make -C "$tmp/code" >"$tmp/log"
	cat "$tmp/log"
	[ "$(grep -c CC "$tmp/log")" -eq 1 ] && grep -q "CC  $1\$" "$tmp/log"
}

ok 'make -j2 in code/ builds every program beside its source' built_all
ok 'a second make does nothing' nothing_to_do
touch "$tmp/code/03_lookup.c"
ok 'a second make that has something to do is told apart' not nothing_to_do
sleep 0.1
touch "$tmp/code/03_lookup.c"
ok 'a touched source rebuilds its program only' builds_only 03_lookup
sleep 1
touch "$tmp/code/Makefile"
ok 'a touched Makefile rebuilds them' sh -c "make -C '$tmp/code' | grep -q 'CC  05_delete'"
touch "$tmp/code/expect.h"
ok '  and so does expect.h' sh -c "make -C '$tmp/code' | grep -q 'CC  05_delete'"
rm "$tmp/code/02_update"
printf '#error broken\n' >>"$tmp/code/02_update.c"
ok 'a program that does not compile leaves no program behind' \
	sh -c "! make -C '$tmp/code' && [ ! -e '$tmp/code/02_update' ]"
ok 'V=1 shows the compiler' sh -c "touch '$tmp/code/01_create.c'
	make -C '$tmp/code' V=1 01_create | grep -q -- '-Wconversion'"

# names_missing COMMAND...: it names all that is missing, says how to
# install it, and compiles nothing
names_missing() {
	rm -f "$tmp/code/05_delete"
	! "$@" make -C "$tmp/code" 05_delete >"$tmp/log" 2>&1 || return 1
	cat "$tmp/log"
	[ ! -e "$tmp/code/05_delete" ] && grep -q '^Install them with:' "$tmp/log"
}

ok 'without libbpf, libelf and zlib, make names them' \
	names_missing env PKG_CONFIG_LIBDIR=/nonexistent
for name in libbpf libelf zlib; do
	ok "  among them $name" grep -q "^  $name" "$tmp/log"
done

mkdir "$tmp/pc" "$tmp/bin"
printf 'Name: libbpf\nDescription: old\nVersion: 0.5.0\nLibs: -lbpf\n' >"$tmp/pc/libbpf.pc"
ok 'libbpf 0.5 is refused' names_missing env PKG_CONFIG_LIBDIR="$tmp/pc"
ok '  as too old' grep -q 'libbpf 0.5.0 is too old' "$tmp/log"

for tool in sh make awk sed cut sort tr grep id env cat apt-get; do
	path=$(command -v $tool) && ln -s "$path" "$tmp/bin/$tool"
done
ok 'without a compiler and pkg-config, make names them' names_missing env PATH="$tmp/bin"
for name in cc pkg-config; do
	ok "  among them $name" grep -q "^  $name" "$tmp/log"
done

done_testing
