#!/bin/sh
# SPDX-License-Identifier: MIT
# What make adds to the compiler, as a ratio: a clean "make -j2" of the
# programs beside the same compiler calls, two at a time, without make.
set -eu
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

mkdir "$tmp/code"
cp -r ./*.[ch] Makefile tools atlas "$tmp/code"
cp -r ../lessons "$tmp"
cd "$tmp/code"
# What has a part in the kernel is compiled by more than cc.
for part in *.bpf.c; do
	rm "$part" "${part%.bpf.c}.c"
done
flags="-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -O2 -g"
libraries=$(pkg-config --cflags --libs libbpf libelf zlib)
make -n -B | sed -n 's/.*-o \([a-z0-9_/]*\) .*/\1/p' >programs
sed "s|.*|cc $flags -o & &.c $libraries|" programs >compile

hyperfine --style none --warmup 1 --runs 10 --export-csv times.csv \
	--prepare 'make -s clean' 'make -j2' \
	--prepare 'make -s clean' 'xargs -P 2 -I CALL sh -c CALL <compile' \
	--prepare 'make -j2' 'make' >/dev/null
awk -F, '
	NR > 1 { median[NR - 1] = $4 }
	END {
		printf "clean make -j2: %.2f times the bare compiler calls (%.2f s, %.2f s)\n",
			median[1] / median[2], median[1], median[2]
		printf "make with nothing to do: %.3f times a clean one (%.0f ms)\n",
			median[3] / median[1], 1000 * median[3]
	}' times.csv
