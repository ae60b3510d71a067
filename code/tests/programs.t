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
