# SPDX-License-Identifier: MIT
# Every bpf(2) call of every program fails in turn with every error.
# Each run must end by itself, by exit and not by a signal, with a non-zero status and a line on stderr that names the call
# and the error. Three kinds of run may end well instead:
#
# - libbpf's own probes (BPF_PROG_LOAD and the like): libbpf survives
#   their failure; a map may then have no name, which 01_create notices;
# - the injected error is the very one that this call demonstrates;
# - test_maps has an answer ready for ENOTSUPP from a take, which is what
#   a kernel before 5.14 says.
. "$(dirname "$0")/tap.sh"

need strace
need_bpf
errors='EPERM ENOMEM EINTR EAGAIN EBUSY E2BIG ENOSPC 524'

# calls PROGRAM: a line "N COMMAND ERRNO" for each bpf(2) call; ERRNO is
# the error that the call gets without us, or "ok"
calls() {
	# shellcheck disable=SC2046 # words
	strace -qq -e trace=bpf -o "$tmp/trace" "$1" $(arguments "$1" 2) >/dev/null || return 1
	sed -nE 's/^bpf\((BPF_[A-Z_]+),.*\) += (-1 ([A-Z0-9]+)|[0-9]+).*/\1 \3/p' "$tmp/trace" |
		awk '{ print NR, $1, ($2 == "" ? "ok" : $2) }'
}

# function_of COMMAND: the libbpf function that a message should name, as
# a pattern; it may have two underscores
function_of() {
	echo "$1" | tr "[:upper:]" "[:lower:]" | sed 's/^bpf_map_/bpf_map__*/'
}

# fails_well PROGRAM N COMMAND ERRNO ERROR
fails_well() {
	# shellcheck disable=SC2046 # words
	timeout 600 strace -qq -e trace=bpf -e "inject=bpf:error=$5:when=$2" -o "$tmp/trace" \
		"$1" $(arguments "$1" 2) >"$tmp/out" 2>"$tmp/err"
	status=$?
	name=$5
	[ "$name" != 524 ] || name=ENOTSUPP
	text=$(sed -n 's/.* = -1 [A-Z0-9]* (\(.*\)) (INJECTED)$/\1/p' "$tmp/trace")

	if [ "$status" -ge 124 ]; then
		echo "call $2, $3, $name: killed or too slow (status $status)"
		return 1
	fi
	case "${1##*/} $3 $4 $name" in
	*" BPF_PROG_LOAD "* | *" BPF_BTF_LOAD "* | *" BPF_TOKEN_CREATE "* | *" BPF_PROG_BIND_MAP "*)
		[ "$status" -eq 0 ] || [ -s "$tmp/err" ] && return
		;;
	*" $name $name")
		[ "$status" -eq 0 ] && return
		;;
	"test_maps BPF_MAP_LOOKUP_AND_DELETE_ELEM "*" ENOTSUPP")
		[ "$status" -eq 0 ] && [ ! -s "$tmp/err" ] && return
		;;
	# The program asks whether it may look for ids, and goes by that.
	"01_create BPF_MAP_GET_NEXT_ID "*)
		[ "$status" -eq 1 ] && grep -q 'bpf_map_get_fd_by_id.*expected .*, came -ENOENT' "$tmp/err" && return
		;;
	# How many maps it looks at, and so which call is the Nth, is up to
	# the machine; and it passes over a map that it cannot ask.
	"09_open "*)
		[ "$status" -eq 0 ] || grep -q 'expected .*, came -' "$tmp/err" && return
		;;
	# libbpf gets over it, and says so, or the load fails. Of the calls
	# that a load makes, the program names the load.
	*" BPF_MAP_CREATE "* | *" BPF_MAP_UPDATE_ELEM "* | *" BPF_MAP_FREEZE "* | *" BPF_OBJ_GET_INFO_BY_FD "*)
		[ -e "$1.bpf.c" ] && if [ "$status" -eq 0 ]; then
			grep -q "^libbpf: " "$tmp/err"
		else
			grep -qE "(__load\(bpf\)|!bpf->(data|bss)|!ring): expected 0, came" "$tmp/err"
		fi && return
		;;
	esac
	[ "$status" -ne 0 ] && grep -qE "$(function_of "$3")[a-z_]*[ (:].*(came -$name\$|$text)" "$tmp/err" && return
	echo "call $2, $3, $name: status $status, and on stderr:"
	cat "$tmp/err"
	return 1
}

# all_fail_well PROGRAM ERROR
all_fail_well() {
	calls "$1" >"$tmp/calls" || return 1
	[ -s "$tmp/calls" ] || return 1
	while read -r n command errno; do
		fails_well "$1" "$n" "$command" "$errno" "$2" </dev/null || return 1
	done <"$tmp/calls"
}

for program in $(sh "$code/tools/transcript.sh" list); do
	for error in $errors; do
		ok "$program: each call in turn fails with $error" \
			all_fail_well "$code/$program" "$error"
	done
done

full_disk_is_an_error() {
	# shellcheck disable=SC2046 # words
	! "$1" $(arguments "$1" 2) >/dev/full 2>"$tmp/err" &&
		cat "$tmp/err" && grep -q 'cannot write.*No space left' "$tmp/err"
}
for program in $(sh "$code/tools/transcript.sh" list); do
	ok "$program says when it cannot write its output" full_disk_is_an_error "$code/$program"
done

# A disk can also fill up later: each write of test_maps in turn, which are
# one a round and one at the end.
# shellcheck disable=SC2094 # strace does not read it
each_write_is_missed() {
	for n in 1 2 3; do
		if strace -qq -e trace=write -P "$tmp/out" -e "inject=write:error=ENOSPC:when=$n" -o "$tmp/trace" \
			"$1" --rounds 2 --interval 0 >"$tmp/out" 2>"$tmp/err" ||
			! grep -q INJECTED "$tmp/trace" || ! grep -q 'cannot write.*No space left' "$tmp/err"; then
			echo "write $n:"
			cat "$tmp/trace" "$tmp/err"
			return 1
		fi
	done
}
ok 'test_maps says when the disk fills up later' each_write_is_missed "$code/test_maps"

# The checks above find the faults that they look for.
ok 'a program that ignores errors is made' mutant 02_update 's/came == answer/1 || &/'
ok '  and does not pass' not all_fail_well "$tmp/02_update" EBUSY
ok 'a program that does not name the call is made' mutant 05_delete 's/%s:%d: %s: expected/%s:%d: %.0s expected/'
ok '  and does not pass' not all_fail_well "$tmp/05_delete" EBUSY
ok 'a program that names another error is made' mutant 05_delete 's/, came %s.n/, came %.3s\\n/'
ok '  and does not pass' not all_fail_well "$tmp/05_delete" EBUSY
ok 'a program that dies by a signal is made' mutant 03_lookup 's/^\tsurprises++;/\t*(volatile int *)0 = 0;/'
ok '  and does not pass' not all_fail_well "$tmp/03_lookup" EBUSY
ok 'a program that loses its output is made' mutant 06_iterate 's/fflush(stdout) == 0 && !ferror(stdout)/1/'
ok '  and does not pass' not full_disk_is_an_error "$tmp/06_iterate"
ok 'a test_maps that does not look at its last write is made' mutant test_maps '/^\tprintf("%" PRIu64 " opened/,/flush();/s/^\tflush();//'
ok '  and does not pass' not each_write_is_missed "$tmp/test_maps"

done_testing
