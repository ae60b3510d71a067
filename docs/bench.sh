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
	--prepare true "pandoc -f gfm -t html5 -o $tmp/empty.html ../lessons/03-lookup.md" \
	--prepare 'make -s clean' 'make -j2' \
	--prepare 'touch ../lessons/03-lookup.md' 'make -j2' \
	--prepare 'make -j2' 'make' \
	--prepare true 'make -v' >/dev/null 2>&1
awk -F, -v pages="$pages" '
	NR > 1 { median[NR - 1] = $(NF - 4) }
	END {
		least = median[1] * pages
		printf "clean book at -j2: %.1f times %d bare start-ups of pandoc, at most 8 (%.2f s, %.2f s)\n",
			median[3] / least, pages, median[3], least
		printf "one lesson touched: %.0f ms, or %.1f times what pandoc alone takes to read it (%.2f of a clean book)\n",
			1000 * median[4], median[4] / median[2], median[4] / median[3]
		printf "nothing to do: %.0f ms beyond make itself\n",
			1000 * (median[5] - median[6])
	}' "$tmp/times.csv"

# Peers, where they are installed, on the same Markdown. They do less:
# no annotated programs, no runs, no atlas.
peer() {
	name=$1
	shift
	hyperfine --style none --warmup 1 --runs 3 --export-csv "$tmp/peer.csv" \
		--prepare true "$*" --prepare 'make -s clean' 'make -j2' >/dev/null 2>&1 || {
		echo "$name does not build the lessons" >&2
		return
	}
	awk -F, -v name="$name" '
		NR > 1 { median[NR - 1] = $(NF - 4) }
		END {
			printf "%s on the same lessons: %.2f times the book at -j2 (%.2f s, %.2f s)\n",
				name, median[1] / median[2], median[1], median[2]
		}' "$tmp/peer.csv"
}
if command -v mdbook >/dev/null 2>&1; then
	mkdir "$tmp/mdbook"
	cp -r ../lessons "$tmp/mdbook/src"
	(cd "$tmp/mdbook/src" && for lesson in *.md; do
		echo "- [${lesson%.md}]($lesson)"
	done >SUMMARY.md)
	printf '[book]\ntitle = "Lessons"\n' >"$tmp/mdbook/book.toml"
	peer mdBook mdbook build "$tmp/mdbook"
fi
if command -v vitepress >/dev/null 2>&1; then
	mkdir -p "$tmp/vitepress/.vitepress"
	cp ../lessons/*.md "$tmp/vitepress"
	cp -r ../lessons/figures "$tmp/vitepress"
	# It looks for its own parts beside the lessons.
	ln -s "$(readlink -f "$(command -v vitepress)" | sed "s|/vitepress/bin/.*||")" "$tmp/vitepress/node_modules"
	echo 'export default { ignoreDeadLinks: true }' >"$tmp/vitepress/.vitepress/config.mjs"
	peer VitePress vitepress build "$tmp/vitepress"
fi
make -s -j2 >/dev/null
