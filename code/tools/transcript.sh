#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the programs and writes down what is seen, for the book:
#
#   transcript.sh output PROGRAM   the command and what PROGRAM prints
#   transcript.sh calls PROGRAM    the bpf(2) calls of such a run
#   transcript.sh atlas            the rows of the errno atlas
#   transcript.sh record           all of it, of every program, stored
#                                  in lessons/transcripts/
#   transcript.sh shown            the programs, in the lessons' order
#   transcript.sh list             those of them that can run here
set -u
cd "$(dirname "$0")/.." || exit 1
umask 022

# Descriptors from 3 up are free, so that a first map is always 3.
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-

# The lessons show the programs, and in which order.
shown() {
	sed -n 's|^\[.*\](\.\./code/\([a-z0-9_]*\)\.c "program")$|\1|p' ../lessons/[0-9]*.md
}
list() {
	shown | while read -r program; do
		[ ! -e "$program.bpf.c" ] || [ -x "$program" ] || continue
		echo "$program"
	done
}

# arguments PROGRAM: what to give PROGRAM so that it ends by itself
arguments() {
	[ "$1" != test_maps ] || echo '--rounds 3'
}

# The one line of output that depends on who asks: without
# CAP_SYS_ADMIN nobody may look for the id of a map.
output() {
	program=$1 arguments=$(arguments "$1")
	echo "\$ sudo ./$program${arguments:+ $arguments}"
	# shellcheck disable=SC2086 # words
	printed=$("./$program" $arguments) || return 1
	printf '%s\n' "$printed" | sed 's/^\(bpf_map_get_fd_by_id(info.id) = \)-EPERM$/\1-ENOENT/'
}

# What differs from run to run, from libbpf to libbpf and from strace
# to strace is left out or replaced, here and nowhere else:
# - an address becomes ADDR, an id ID, a size of a struct SIZE;
# - of a program with a skeleton, the descriptors become MAP, PROG and
#   BTF, because which ones libbpf has open by then is its affair, and
#   what clang makes of the BPF program is left out;
# - libbpf's own probes (BPF_PROG_LOAD, BPF_TOKEN_CREATE) and the size of
#   the attribute struct are left out, and so are attributes that are 0
#   because the programs never set them;
# - looking for an id without CAP_SYS_ADMIN shows what it would show
#   with it.
# - the deletes of a walk that looks up and deletes are shown behind it,
#   because when they come depends on the order of the keys.
# For the page, a line longer than 72 columns is folded, and calls that
# repeat three times or more are shown once and counted.
calls() {
	program=$1 arguments=$(arguments "$1")
	echo "\$ sudo strace -e bpf ./$program${arguments:+ $arguments}"
	trace=$(mktemp) || exit 1
	# shellcheck disable=SC2086 # words
	strace -qq -e trace=bpf -e signal=none -o "$trace" "./$program" $arguments >/dev/null || {
		rm -f "$trace"
		return 1
	}
	own=
	[ ! -e "$program.bpf.c" ] || own='s/\bmap_fd=[0-9]+/map_fd=MAP/; s/prog_fd=[0-9]+/prog_fd=PROG/; s/btf_fd=[0-9]+/btf_fd=BTF/
		/MAP_CREATE/s/ = [0-9]+$/ = MAP/; /PROG_LOAD/s/ = [0-9]+$/ = PROG/'
	sed -E '
		/^bpf\(BPF_(BTF_LOAD|TOKEN_CREATE),/d
		/^bpf\(BPF_PROG_LOAD,/{
			/prog_name="visit"/!d
			s/insn_cnt=[0-9]+, .*(prog_name="visit").*\},/..., \1},/
		}
		s/(prog_fd=[0-9]+), retval=.*\}\},/\1, ...}},/
		s/\b(key|value|next_key|info)=0x[0-9a-f]+/\1=ADDR/g
		s/\}, [0-9]+\) +=/}) =/
		s/, (inner_map_fd|map_name|map_ifindex|btf_fd|btf_key_type_id|btf_value_type_id|btf_vmlinux_value_type_id|btf_vmlinux_id|map_extra|value_type_btf_obj_fd|map_token_fd|next_id|open_flags)=(0|"")//g
		s/map_id=[0-9]+/map_id=ID/
		s/(btf_(key|value)_type_id)=[0-9]+/\1=ID/g
		s/(BPF_MAP_GET_NEXT_ID, \{start_id=0).*/\1 => ID}) = 0/
		s/info_len=[0-9]+( => [0-9]+)?/info_len=SIZE/
		/BPF_MAP_GET_FD_BY_ID/s/-1 EPERM .*/-1 ENOENT (No such file or directory)/
	'"$own" "$trace" | awk '
	function fold(text, result,    at) {
		while (length(text) > 72) {
			for (at = 73; at > 5 && substr(text, at, 1) != " "; at--)
				;
			if (at <= 5)
				break
			print substr(text, 1, at - 1)
			text = "    " substr(text, at + 1)
		}
		if (length(text " " result) <= 72)
			print text " " result
		else
			print text "\n    " result
	}
	# A delete that follows a lookup: when it comes depends on the order
	# of the keys. It is shown at the end of its walk.
	/BPF_MAP_DELETE_ELEM/ && before ~ /BPF_MAP_LOOKUP_ELEM/ {
		held[++holding] = $0
		next
	}
	$0 !~ /BPF_MAP_(LOOKUP_ELEM|GET_NEXT_KEY.*key=ADDR, )/ {
		for (i = 1; i <= holding; i++)
			call[++calls] = held[i]
		holding = 0
	}
	{ before = call[++calls] = $0 }
	END {
		for (i = 1; i <= calls; i += times * period) {
			for (period = 1; period <= 3; period++) {
				for (j = i + period; j <= calls && call[j] == call[j - period]; j++)
					;
				times = int((j - i) / period)
				if (times >= 3)
					break
			}
			if (times < 3)
				times = period = 1
			for (j = i; j < i + period; j++) {
				at = index(call[j], "}) = ") + 3
				fold(substr(call[j], 1, at - 2), substr(call[j], at))
			}
			if (times >= 3 && period == 1)
				print "    (this call " times " times)"
			else if (times >= 3)
				print "    (these " period " calls " times " times)"
		}
	}'
	rm -f "$trace"
}

# A case that is skipped gives no row, and the book would miss it: to
# record the atlas takes root (CAP_SYS_ADMIN) and a recent kernel.
atlas() {
	./atlas/errno_atlas --rows
}

# store COMMAND PROGRAM FILE: write FILE whole or not at all
store() {
	"$1" "$2" >"$3.new" && mv "$3.new" "$3" && return
	rm -f "$3.new"
	echo "$2 failed: $3 was not recorded" >&2
	exit 1
}

case ${1-} in
shown | list) "$1" ;;
output | calls) "$1" "$2" ;;
atlas) atlas ;;
record)
	mkdir -p ../lessons/transcripts || exit 1
	for program in $(list); do
		store output "$program" "../lessons/transcripts/$program.txt"
		store calls "$program" "../lessons/transcripts/$program.bpf.txt"
	done
	skipped=$(./atlas/errno_atlas | grep "# SKIP " | sed "s/.*# SKIP /  /" | sort | uniq -c)
	if [ -n "$skipped" ]; then
		printf "The atlas is left as it was, because some cases are skipped here:\n%s\n" "$skipped" >&2
	else
		store atlas errno_atlas ../lessons/transcripts/errno_atlas.tsv
	fi
	;;
*)
	sed -n '3,/^set -u/s/^# \{0,1\}//p' tools/transcript.sh >&2
	exit 2
	;;
esac
