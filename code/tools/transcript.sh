#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the programs and writes down what is seen, for the book:
#
#   transcript.sh output PROGRAM   the command and what PROGRAM prints
#   transcript.sh trace PROGRAM FOLDER
#                                  what it asks of the kernel, into
#                                  PROGRAM.bpf.txt and .steps.tsv there
#   transcript.sh dump             what bpftool prints of a map with types
#   transcript.sh gate             the play of the gate
#   transcript.sh atlas            the rows of the errno atlas
#   transcript.sh record           all of it, of every program, stored
#                                  in lessons/transcripts/
#   transcript.sh shown            the programs, in the lessons' order
#   transcript.sh built            those of them that could be built here
#   transcript.sh list             those that this process may run, too
set -u
cd "$(dirname "$0")/.." || exit 1
umask 022
# shellcheck source=code/tools/capabilities.sh
. tools/capabilities.sh

# Descriptors from 3 up are free, so that a first map is always 3.
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-

# Whatever ends this: no file half-written, no program left behind.
tmp='' unfinished='' counter=''
clean_up() {
	trap '' INT TERM
	[ -z "$counter" ] || kill -INT "$counter" 2>/dev/null
	rm -rf "$tmp" "$unfinished"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The lessons show the programs, and in which order.
shown() {
	sed -n 's|^\[.*\](\.\./code/\([a-z0-9_]*\)\.c "program")$|\1|p' ../lessons/[0-9]*.md
}
# The gate takes a network, which run_gate.sh gives it.
built() {
	shown | grep -vx gate | while read -r program; do
		[ ! -e "$program.bpf.c" ] || [ -x "$program" ] || continue
		echo "$program"
	done
}
list() {
	built | while read -r program; do
		# shellcheck disable=SC2046 # words
		! held $(needs "$program") || echo "$program"
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

# What shows only with CAP_SYS_ADMIN is written as if it was there.
with_admin() {
	sed -i -e '/BPF_MAP_GET_FD_BY_ID/s/-EPERM/-ENOENT/' \
		-e '/BPF_MAP_GET_NEXT_ID  /{s/-EPERM$/0/; n; s/start_id 0$/& -> an id/;}' \
		-e '/BPF_MAP_GET_NEXT_ID\t/s/\t-\t-EPERM/\tan id\t0/' "$@"
}

# but_for_the_order STEPS: what is the same in every run, whatever the
# order of a hash
but_for_the_order() {
	cut -f1-6,10,11 "$1"
}

# trace PROGRAM FOLDER: of test_maps, which makes so many calls, the
# calls in brief. A hash has another order in every run, so a run is
# repeated until the order is the recorded one. One that differs from
# the record in more than the order is not.
trace() {
	program=$1 calls=$2/$1.bpf.txt steps=$2/$1.steps.tsv arguments=$(arguments "$1")
	[ "$program" = test_maps ] && brief=--brief || brief=
	grep -q "transcripts/$program\.steps\.tsv " ../lessons/*.md ../docs/index.md || steps=
	recorded=../lessons/transcripts/$program.steps.tsv
	tries=0
	while [ $((tries += 1)) -le 500 ]; do
		echo "\$ sudo tools/trace_calls ${brief:+$brief }./$program${arguments:+ $arguments}" >"$calls"
		# shellcheck disable=SC2086 # words
		tools/trace_calls $brief ${steps:+--steps "$steps"} "./$program" $arguments >>"$calls" || return 1
		[ -n "$steps" ] || return 0
		with_admin "$calls" "$steps"
		if [ ! -e "$recorded" ] || cmp -s "$steps" "$recorded" ||
			[ "$(but_for_the_order "$steps")" != "$(but_for_the_order "$recorded")" ]; then
			return 0
		fi
	done
}

# A case that is skipped gives no row, and the book would miss it: to
# record the atlas takes root (CAP_SYS_ADMIN) and a recent kernel.
atlas() {
	./atlas/errno_atlas --rows
}

# While 10_kernel_side counts, a program of ours starts three times.
dump() {
	tmp=${tmp:-$(mktemp -d)} && cp tools/trace_calls "$tmp/hello" && mkfifo "$tmp/said" || return 1
	./10_kernel_side live 2>"$tmp/said" >"$tmp/counts" &
	counter=$!
	exec 3<"$tmp/said"
	while read -r said <&3; do
		case $said in Counting*) break ;; esac
	done
	for _ in 1 2 3; do
		"$tmp/hello" 2>"$tmp/usage"
	done
	# By id: there may be others of that name, such as one that ends.
	sed -n "s/^map_id:[[:space:]]*//p" /proc/$counter/fdinfo/* | while read -r id; do
		bpftool map dump id "$id"
	done >"$tmp/dump"
	echo "\$ sudo bpftool map dump name starts | grep -A 2 hello"
	grep -A 2 hello "$tmp/dump"
	found=$?
	kill -INT "$counter"
	wait "$counter"
	counter=''
	exec 3<&-
	return $found
}

gate() {
	echo '$ make run-gate'
	sh tools/run_gate.sh
}

# store COMMAND PROGRAM FILE: write FILE whole or not at all
store() {
	unfinished=$3.new
	"$1" "$2" >"$3.new" && mv "$3.new" "$3" && return
	not_recorded "$2"
}

not_recorded() {
	echo "$1 failed, and was not recorded." >&2
	exit 1
}

case ${1-} in
shown | built | list) "$1" ;;
output) output "$2" ;;
trace) trace "$2" "$3" ;;
dump | gate) "$1" ;;
atlas) atlas ;;
record)
	mkdir -p ../lessons/transcripts || exit 1
	tmp=$(mktemp -d) || exit 1
	for program in $(built); do
		needed=$(needs "$program")
		# shellcheck disable=SC2086 # words
		held $needed || { echo "$program is left as it was: it needs $needed." >&2; continue; }
		store output "$program" "../lessons/transcripts/$program.txt"
		# A program that looks at all maps of a machine makes other calls on
		# the next one: no lesson shows these.
		grep -q "(transcripts/$program\.bpf\.txt " ../lessons/*.md || continue
		trace "$program" "$tmp" || not_recorded "$program"
		mv "$tmp"/* ../lessons/transcripts
	done
	if [ -x 10_kernel_side ] && bpftool map show >"$tmp/maps" 2>&1; then
		store dump 10_kernel_side ../lessons/transcripts/10_kernel_side.dump.txt
	fi
	if [ -x gate ] && [ "$(id -u)" -eq 0 ]; then
		store gate gate ../lessons/transcripts/gate.txt
	fi
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
