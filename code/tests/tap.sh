# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What every test in this folder starts with: TAP for prove, a scratch
# folder that goes away, and one meaning of "skip".
#
#   . "$(dirname "$0")/tap.sh"    first line of a test
#   ok DESCRIPTION COMMAND...     passes if COMMAND's status is 0; if
#                                 not, what COMMAND printed is shown
#   skip DESCRIPTION WHY          SKIP on your machine, a failure in CI
#                                 unless "this kernel is too old"
#   need TOOL...                  skips the whole test without TOOL
#   mutant NAME SCRIPT            a changed program, in $tmp/NAME
#   build NAME                    a program of the test, $tmp/NAME.c
#   plant SCRIPT FROM [TO]        a file with a fault in it
#   need_bpf                      skips the whole test without bpf(2)
#   done_testing                  last line of a test
#
# $code is the folder of the programs, $top the top of the tree, $tmp
# the scratch folder.
set -u
# The first descriptor that a program opens is 3, whoever runs the tests.
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
code=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck disable=SC2034 # for tests
top=$(dirname "$code")
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
export LC_ALL=C
# A test runs make as a reader would, whatever was said outside.
umask 022
unset MAKEFLAGS MFLAGS MAKELEVEL
checks=0 failures=0

ok() {
	description=$1
	shift
	checks=$((checks + 1))
	if output=$("$@" 2>&1); then
		echo "ok $checks - $description"
	else
		echo "not ok $checks - $description"
		{
			echo "Failed: ${0##*/}: $description"
			sentences_of "$description"
			printf '%s\n' "$output" | tail -n 40
		} | sed 's/^/# /' >&2
		failures=$((failures + 1))
	fi
}

# sentences_of DESCRIPTION: the sentences of the book that this check shows
sentences_of() {
	awk -F "\t" -v test="test ${0##*/}: " -v check="$1" '
		{
			n = split($2, shown, " && ")
			for (i = 1; i <= n; i++)
				if (index(shown[i], test) == 1 && index(check, substr(shown[i], length(test) + 1)))
					print "It shows what " $1 " says: " $3
		}' "$code/tests/sentences.tsv"
}

# not COMMAND...: passes if COMMAND fails; for checking a checker
not() {
	! "$@"
}

skip() {
	checks=$((checks + 1))
	if [ -n "${CI:-}" ] && [ "${2#this kernel is too old}" = "$2" ]; then
		echo "not ok $checks - $1"
		echo "# nothing may be skipped in CI: $2"
		failures=$((failures + 1))
	else
		echo "ok $checks - $1 # SKIP $2"
	fi
}

skip_all() {
	if [ -n "${CI:-}" ]; then
		echo "1..1"
		echo "not ok 1 - nothing may be skipped in CI: $1"
		exit 1
	fi
	echo "1..0 # SKIP $1"
	exit 0
}

need() {
	for tool; do
		command -v "$tool" >/dev/null 2>&1 ||
			skip_all "$tool is not installed: make test-deps"
	done
}

# bpf_cc COMPILER ARGUMENT...: compiles a program of code/, or a copy
bpf_cc() {
	# shellcheck disable=SC2046 # flags
	CPATH=$code C_INCLUDE_PATH=$code/skeletons${C_INCLUDE_PATH:+:$C_INCLUDE_PATH} \
		"$@" $(pkg-config --cflags --libs libbpf libelf zlib)
}

# arguments PROGRAM [ROUNDS]: what it is given so that it ends by itself,
# at once. In the third round sessions expire, and when they do in a walk
# is another moment in every run.
arguments() {
	[ "${1##*/}" != test_maps ] || echo "--rounds ${2:-3} --interval 0"
}

# plant SCRIPT FROM [TO]: puts a fault, made by a sed script, into a copy of
# a file, or into the file. One that changes nothing would prove nothing:
# the test ends.
plant() {
	sed "$1" "$2" >"$tmp/planted"
	if cmp -s "$2" "$tmp/planted"; then
		echo "Bail out! The script changes nothing in ${2##*/}: $1"
		exit 1
	fi
	cat "$tmp/planted" >"${3:-$2}"
}

# mutant NAME SCRIPT: $tmp/NAME, the program changed by a sed script, or
# with expect.h changed by it; fails if the script changes nothing
mutant() {
	sed "$2" "$code/$1.c" >"$tmp/$1.c" && sed "$2" "$code/expect.h" >"$tmp/expect.h" || return 1
	if cmp -s "$code/$1.c" "$tmp/$1.c" && cmp -s "$code/expect.h" "$tmp/expect.h"; then
		echo "the script changes nothing in $1: $2"
		return 1
	fi
	bpf_cc cc -w -g -std=c11 -o "$tmp/$1" "$tmp/$1.c"
}

# build NAME: $tmp/NAME, of $tmp/NAME.c
build() {
	bpf_cc cc -w -std=gnu11 -o "$tmp/$1" "$tmp/$1.c"
}

# limited: a cgroup of our own, $cgroup, with a limit of 50 MB, of version 2 or 1
limited() {
	trap 'rmdir "$cgroup" 2>/dev/null; rm -rf "$tmp"' EXIT
	for root in /sys/fs/cgroup /sys/fs/cgroup/memory; do
		cgroup=$root/bpf-map-workbook-$$
		mkdir "$cgroup" 2>/dev/null || continue
		for limit in memory.max memory.limit_in_bytes; do
			[ -e "$cgroup/$limit" ] && echo 50M >"$cgroup/$limit" && return
		done
		rmdir "$cgroup"
	done
	return 1
}

need_bpf() {
	"$code/01_create" >/dev/null 2>"$tmp/need_bpf" && return
	grep -q EPERM "$tmp/need_bpf" || return 0
	skip_all "bpf(2) is not permitted here: run make test, which asks sudo for CAP_BPF, or see the programs in a virtual machine with make vm"
}

done_testing() {
	echo "1..$checks"
	[ "$failures" -eq 0 ]
	exit
}
