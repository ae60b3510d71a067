# SPDX-License-Identifier: MIT
# The programs with the libbpf, gcc and clang of each suite of Debian:
# built without a warning there, and run on the kernel of this machine.
# The packages of a suite are unpacked into a folder, so this takes no
# root. SUITES="trixie" chooses. "make test-libraries" runs this.
# shellcheck disable=SC2086 # lists
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
need_bpf
need apt-get dpkg-deb unshare
unshare -r true 2>"$tmp/err" || skip_all "no user namespace here: $(cat "$tmp/err")"

programs=$(sh "$code/tools/transcript.sh" list)
skeletons=$(find "$code" -maxdepth 1 -name skeletons)

# inside ROOT COMMAND...: in this root, as its root
inside() {
	root=$1
	shift
	env -i PATH=/usr/bin LC_ALL=C unshare -r --root="$root" "$@"
}

# builds ROOT COMPILER: every program, with the warnings as errors
# The BPF program comes compiled, in its skeleton, if it was built here.
builds() {
	mkdir -p "$1/work" "$1/tmp"
	# shellcheck disable=SC2086 # none, or one folder
	cp -R "$code"/*.[ch] "$code"/atlas/*.c $skeletons "$1/work" || return 1
	for name in $programs errno_atlas map_types; do
		inside "$1" "$2" -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow \
			-Wno-gnu-statement-expression -Werror -O2 -isystem /work/skeletons \
			-o "/work/$name" "/work/$name.c" -lbpf -lelf -lz || return 1
	done
}

# prints ROOT PROGRAM: run outside of the root, where bpf(2) is
# permitted, with the loader and the libraries of the root
prints() {
	libraries=$1/usr/lib/x86_64-linux-gnu
	# shellcheck disable=SC2046,SC2086 # words
	"$1/usr/lib64/ld-linux-x86-64.so.2" --library-path "$libraries" \
		"$1/work/$2" $(arguments "$2") >"$tmp/out" || return 1
	sed 's/^\(bpf_map_get_fd_by_id(info.id) = \)-EPERM$/\1-ENOENT/' "$tmp/out" | diff "$top/lessons/transcripts/$2.txt" - >"$tmp/diff"
	# The first line of a transcript is the command.
	[ "$(grep -c '^[<>]' "$tmp/diff")" -eq 1 ] || { cat "$tmp/diff"; return 1; }
}

for suite in ${SUITES:-bookworm bookworm-backports trixie sid}; do
	root=$code/machines/qemu/cache/$suite
	ok "$suite: the packages are fetched" sh "$code/machines/qemu/kernel.sh" packages "$suite" "$root" \
		gcc libc6-dev clang libbpf-dev libelf-dev zlib1g-dev
	[ -d "$root" ] || continue
	libbpf=$(find "$root" -name 'libbpf.so.1.*' | sed 's/.*so\.//')
	for compiler in gcc clang; do
		version=$(inside "$root" $compiler --version | head -n 1)
		ok "$suite: libbpf $libbpf, $version: builds without a warning" builds "$root" $compiler
		for program in $programs; do
			ok "$suite: libbpf $libbpf, $compiler: $program prints what is recorded" \
				prints "$root" "$program"
		done
	done
done
if [ -d "${root-}" ]; then
	sed -i 's/BPF_NOEXIST/BPF_ANY/' "$root/work/02_update.c"
	ok 'a changed program is built' inside "$root" gcc -w -o /work/02_update /work/02_update.c -lbpf
	ok 'another output is seen' not prints "$root" 02_update
	sed -i '1i static int unused(void) { return 0; }' "$root/work/02_update.c"
	ok 'a warning is seen' not inside "$root" gcc -Wall -Werror -c -o /work/02_update.o /work/02_update.c
fi
done_testing
