#!/bin/sh
# SPDX-License-Identifier: MIT
# Every map type against every call: the rows are those recorded of this
# kernel, and every type of the kernel's list has rows.
# shellcheck disable=SC2016,SC2317 # "ok" calls the functions
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
need_bpf
recorded=$top/lessons/transcripts/map_types.tsv
types=$code/atlas/map_types

# Mounts, sockets and storage maps take more than CAP_BPF. In CI, where
# nothing may be skipped, sudo gives it.
as_root() {
	if [ "$(id -u)" -ne 0 ] && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	else
		"$@"
	fi
}
if [ -z "${CI:-}" ] && [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
	skip_all 'it takes root to ask every map type'
fi

asks() {
	as_root "$types" >"$tmp/rows" 2>"$tmp/err" && [ ! -s "$tmp/err" ] && return
	cat "$tmp/err"
	return 1
}
ok 'every type of this kernel is asked' asks

# like_recorded ROWS: what some recorded kernel answers, for a kernel of
# another configuration is not of one column.
# How many entries a CPU map may have is how many CPUs a kernel was made for.
like_recorded() {
	awk -F'\t' '
		NR == 1 { next }
		{ id = $1 " " $2 ": " $3 }
		FILENAME == ARGV[1] {
			for (c = 4; c <= NF; c++)
				answers[id] = answers[id] "\t" $c "\t"
			next
		}
		FNR == 1 { rows = 0; next }
		{ rows++ }
		id == "bpf_map_create CPUMAP: max_entries" { next }
		!index(answers[id], "\t" $4 "\t") {
			print id ": recorded" answers[id] ", now " $4
			bad = 1
		}
		END { exit bad || rows < 400 }' "$recorded" "$1"
}
ok 'its answers are recorded' like_recorded "$tmp/rows"

plant '/^bpf_map_lookup_elem\tARRAY\t/s/yes/EINVAL (22)/' "$tmp/rows" "$tmp/changed"
ok '  and a changed answer is seen' not like_recorded "$tmp/changed"
plant '/^bpf_map_create\tHASH\tkey_size/s/from 1.*/4/' "$tmp/rows" "$tmp/changed"
ok '  and a changed size' not like_recorded "$tmp/changed"
sed 100q "$tmp/rows" >"$tmp/fewer"
ok '  and rows that are missing' not like_recorded "$tmp/fewer"

# A type that the table does not have is named.
without_ringbuf() {
	sed '/{ "RINGBUF", 27/d' "$code/atlas/map_types.c" >"$tmp/fewer.c"
	bpf_cc "${CC:-cc}" -std=c11 -o "$tmp/fewer" "$tmp/fewer.c" || return 1
	as_root "$tmp/fewer" >/dev/null 2>"$tmp/err"
	[ $? -eq 1 ] && grep -x 'BPF_MAP_TYPE_RINGBUF is 27, and not in the table.' "$tmp/err"
}
ok 'a type that is not in the table is named' without_ringbuf

ok 'a full disk is an error' not sh -c '"$1" >/dev/full' - "$types"
ok 'an unknown option is an error' not "$types" --rows

done_testing
