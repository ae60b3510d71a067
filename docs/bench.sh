#!/bin/sh
# SPDX-License-Identifier: MIT
# The speed of the book's build, as ratios to what pandoc needs at
# least: an empty page, as often as the book has pages.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

make -s >/dev/null
pages=$(find build -name '*.html' -path 'build/[^.]*' | wc -l)
: >"$tmp/empty.md"
hyperfine --style none --warmup 1 --runs 7 --export-csv "$tmp/times.csv" \
	--prepare true "pandoc -f gfm -t html5 -o $tmp/empty.html $tmp/empty.md" \
	--prepare 'make -s clean' 'make -j2' \
	--prepare 'touch ../lessons/03-lookup.md' 'make -j2' \
	--prepare 'make -j2' 'make' \
	--prepare true 'make -v' >/dev/null 2>&1
awk -F, -v pages="$pages" '
	NR > 1 { median[NR - 1] = $(NF - 4) }
	END {
		least = median[1] * pages
		printf "clean book at -j2: %.2f times %d empty pages of pandoc (%.2f s, %.2f s)\n",
			median[2] / least, pages, median[2], least
		printf "one lesson touched: %.2f times a clean book (%.0f ms)\n",
			median[3] / median[2], 1000 * median[3]
		printf "nothing to do: %.0f ms beyond make itself\n",
			1000 * (median[4] - median[5])
	}' "$tmp/times.csv"
