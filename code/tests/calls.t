# SPDX-License-Identifier: MIT
# What a program says that the kernel answered is what the kernel
# answered: each printed answer against strace's view of the same run.
# And trace_calls, which records the runs for the book, says what strace
# says, and has the bytes, the lines and the entries right.
. "$(dirname "$0")/tap.sh"

need strace cc pkg-config objdump addr2line
need_bpf
# Those that look at all maps of the machine make other calls on each.
programs=$(sh "$code/tools/transcript.sh" list | while read -r program; do
	[ ! -e "$top/lessons/transcripts/$program.bpf.txt" ] || echo "$program"
done)

# watched PROGRAM [ARGUMENT...]: its output in $tmp/printed, what the
# kernel saw of it in $tmp/trace
watched() {
	strace -f -qq -e trace=bpf -e signal=none -o "$tmp/trace" "$@" >"$tmp/printed"
}

# kernel: "COMMAND ANSWER" for each call in $tmp/trace, but for what
# libbpf asks for itself: it loads programs without a map of ours, and
# makes maps under its own name
ours=$(sed -n 's/^int \([a-z_]*\)(.*/\1/p' "$code"/[0-9]*.bpf.c | paste -s -d '|' -)
kernel() {
	sed -nE 's/^[0-9]+ +//
		/^bpf\(BPF_PROG_LOAD/{/prog_name="('"$ours"')"/!d;}
		/^bpf\(BPF_MAP_CREATE.*map_name="libbpf_/d
		/^bpf\(BPF_(BTF_LOAD|TOKEN_CREATE|PROG_BIND_MAP)/d
		s/^bpf\((BPF_[A-Z_]+),.*\) += (-?[0-9]+)$/\1 \2/p
		s/^bpf\((BPF_[A-Z_]+),.*\) += -1 (E[A-Z0-9]+) .*/\1 -\2/p' "$tmp/trace"
}

# ------------------------------------------------ the printed answers

# printed_calls: the same of what was printed. libbpf itself refuses a
# value of another size, and sets the size of a map that is not made yet.
printed_calls() {
	sed -nE '/^bpf_map__update_elem\(.*, 4, BPF_ANY\) = -EINVAL$/d
		/^bpf_map__set_max_entries/d
		s/^(bpf_[a-z_]+)\(.*\) = (-?[A-Z0-9]+)$/\1 \2/p' "$tmp/printed" |
		sed 's/bpf_map__/bpf_map_/; s/_opts / /' |
		awk '{ print toupper($1), $2 }'
}

# answers_are_true PROGRAM: not printed are a search for ids, and what
# loading a BPF program asks for
answers_are_true() {
	watched "$1" 2>"$tmp/err"
	kernel | grep -v '^BPF_MAP_GET_NEXT_ID ' >"$tmp/kernel"
	[ ! -e "$1.bpf.c" ] ||
		sed -i '1,/^BPF_PROG_LOAD /d; /^BPF_OBJ_GET_INFO_BY_FD /d' "$tmp/kernel"
	printed_calls >"$tmp/said"
	[ -s "$tmp/said" ] && diff "$tmp/kernel" "$tmp/said"
}

for program in $programs; do
	grep -q expect.h "$code/$program.c" || continue
	ok "$program: each printed answer is the kernel's" answers_are_true "$code/$program"
done

ok 'a program that prints what it expects, without a call, is made' \
	mutant 02_update 's/(long long)(call)/(long long)(answer)/'
ok '  and is caught' not answers_are_true "$tmp/02_update"
ok 'one that hides an errno is made' \
	mutant 05_delete 's/^	char text\[32\];/&\n	if (came == -E2BIG) came = 0;/'
ok '  and is caught' not answers_are_true "$tmp/05_delete"
ok 'one that makes a call too many is made' \
	mutant 03_lookup 's/^	packets += 100;/&\n	bpf_map_delete_elem(map, \&telnet);/'
ok '  and is caught' not answers_are_true "$tmp/03_lookup"

# --------------------------------------------------------- trace_calls

# traced_calls TEXT: "COMMAND ANSWER" for each call in what trace_calls
# writes; what is there once for N calls is N
traced_calls() {
	awk '{ sub(/^process [0-9]+  /, "") } /^BPF_/ { call = $1 " " $NF; print call }
		/^    \([0-9]+ calls, / { for (n = substr($1, 2) - 1; n > 0; n--) print call }' "$1"
}

# agree PROGRAM [ARGUMENT...]: trace_calls and strace. With a skeleton libbpf has a
# descriptor open, so that numbers differ. A walk is sorted in brief.
agree() {
	watched "$@" 2>"$tmp/err" || return 1
	kernel >"$tmp/kernel"
	[ ! -e "$1.bpf.c" ] ||
		sed -i -E '/CREATE|LOAD/s/ [0-9]+$/ N/' "$tmp/kernel" "$tmp/traced"
	case ${1##*/} in
	test_maps) sort -o "$tmp/kernel" "$tmp/kernel" && sort -o "$tmp/traced" "$tmp/traced" ;;
	esac
	[ -s "$tmp/kernel" ] && diff "$tmp/kernel" "$tmp/traced"
}

trace() {
	"$code/tools/trace_calls" "$@" >"$tmp/calls" && traced_calls "$tmp/calls" >"$tmp/traced"
}

for program in $programs; do
	case $program in
	test_maps)
		ok "$program is traced in brief" trace --brief "$code/$program" --rounds 3 --interval 0
		ok '  call by call as by strace' agree "$code/$program" --rounds 3 --interval 0
		;;
	*)
		ok "$program is traced" trace "$code/$program"
		ok '  call by call as by strace' agree "$code/$program"
		;;
	esac
	cp "$tmp/calls" "$tmp/$program.calls"
	ok '  in at most 72 columns' sh -c "! grep -n '.\{73\}' '$tmp/calls'"
done
counts_wrongly() {
	sed "$2" "$tmp/$1.calls" >"$tmp/calls"
	traced_calls "$tmp/calls" >"$tmp/traced"
	shift 2
	! agree "$@"
}
ok 'a call too few is seen' counts_wrongly 02_update 3d "$code/02_update"
ok 'another answer is seen' counts_wrongly 02_update 's/EEXIST/EBUSY/' "$code/02_update"
ok 'another command is seen' counts_wrongly 05_delete 's/_DELETE_ELEM  3/_LOOKUP_ELEM  3/' "$code/05_delete"
ok 'another count is seen' counts_wrongly test_maps 's/(10 calls/(9 calls/' \
	"$code/test_maps" --rounds 3 --interval 0

# The bytes, with a program that knows what it does. A queue is read by
# emptying it: it must come back as it was.
cat >"$tmp/known.c" <<-'END'
	#include <bpf/bpf.h>
	#include <fcntl.h>
	#include <sys/wait.h>
	#include <unistd.h>
	int main(void)
	{
		const unsigned char key[5] = { 0xde, 0xad, 0xbe, 0xef, 1 }, none[5] = { 0 };
		unsigned char value[3] = { 7, 8, 9 }, back[3];
		int map = bpf_map_create(BPF_MAP_TYPE_HASH, "known", 5, 3, 9, NULL);
		int line = bpf_map_create(BPF_MAP_TYPE_STACK, "line", 0, 3, 9, NULL);
		int copy = dup(map), status;

		bpf_map_update_elem(map, key, value, BPF_NOEXIST | BPF_F_LOCK);
		bpf_map_update_elem(map, key, value, BPF_NOEXIST);
		bpf_map_lookup_elem(copy, key, back);
		bpf_map_lookup_elem(map, none, back);
		bpf_map_get_next_key(map, NULL, back);
		for (value[0] = 1; value[0] < 4; value[0]++)
			bpf_map_update_elem(line, NULL, value, BPF_ANY);
		bpf_map_lookup_and_delete_elem(line, NULL, back);
		if (back[0] != 3)
			return 9;
		close(map);
		if (fork() == 0)
			_exit(bpf_map_delete_elem(copy, key) ? 8 : 0);
		wait(&status);
		return status ? 8 : 5;
	}
END
cat >"$tmp/known.txt" <<-'END'
	process 1  BPF_MAP_CREATE  BPF_MAP_TYPE_HASH  "known"       = 3
	    key_size 5  value_size 3  max_entries 9
	process 1  BPF_MAP_CREATE  BPF_MAP_TYPE_STACK  "line"       = 4
	    key_size 0  value_size 3  max_entries 9
	process 1  dup  3                                           = 5
	process 1  BPF_MAP_UPDATE_ELEM  3  BPF_NOEXIST|BPF_F_LOCK   = -EINVAL
	    key de ad be ef 01  value 07 08 09
	process 1  BPF_MAP_UPDATE_ELEM  3  BPF_NOEXIST              = 0
	    key de ad be ef 01  value 07 08 09
	process 1  BPF_MAP_LOOKUP_ELEM  5                           = 0
	    key de ad be ef 01 -> value 07 08 09
	process 1  BPF_MAP_LOOKUP_ELEM  3                           = -ENOENT
	    key 00 00 00 00 00
	process 1  BPF_MAP_GET_NEXT_KEY  3                          = 0
	    key NULL -> next_key de ad be ef 01
	process 1  BPF_MAP_UPDATE_ELEM  4  BPF_ANY                  = 0
	    key NULL  value 01 08 09
	process 1  BPF_MAP_UPDATE_ELEM  4  BPF_ANY                  = 0
	    key NULL  value 02 08 09
	process 1  BPF_MAP_UPDATE_ELEM  4  BPF_ANY                  = 0
	    key NULL  value 03 08 09
	process 1  BPF_MAP_LOOKUP_AND_DELETE_ELEM  4                = 0
	    key NULL -> value 03 08 09
	process 1  close  3                                         = 0
	process 2  BPF_MAP_DELETE_ELEM  5                           = 0
	    key de ad be ef 01
END
ok 'a program with known bytes is compiled' bpf_cc cc -w -O2 -g -o "$tmp/known" "$tmp/known.c"
known() {
	"$code/tools/trace_calls" --steps "$tmp/known.tsv" "$tmp/known" >"$tmp/calls"
	[ $? -eq 5 ] && diff "$1" "$tmp/calls"
}
ok 'its calls are written, its status is passed on' known "$tmp/known.txt"
plant 's/ef 01  value 07/ef 01  value 06/' "$tmp/known.txt" "$tmp/other.txt"
ok '  and another byte is seen' not known "$tmp/other.txt"

# held LINE COLUMN: a field of the steps
held() {
	sed -n "${1}p" "$tmp/known.tsv" | cut -f"$2"
}
ok 'a stack is written from its top, and left as it was' \
	[ "$(held 12 12)" = '=030809 =020809 =010809' ]
ok '  without what was popped' [ "$(held 13 12)" = '=020809 =010809' ]
ok 'the descriptors are written' [ "$(held 13 11)" = '3:known 4:line 5:known' ]
ok '  without what was closed' [ "$(held 14 11)" = '4:line 5:known' ]
ok 'a hash is written with its keys' [ "$(held 8 12)" = 'deadbeef01=070809' ]
ok '  and is empty when all is deleted' [ "$(held 15 12)" = '' ]

# at_their_lines PROGRAM STEPS: the statement that begins on the line of
# a step makes such a call
at_their_lines() {
	awk -F'\t' '
	FNR == NR { source[FNR] = $0; next }
	FNR == 1 { next }
	{
		said = ""
		for (i = $2; i in source; i++) {
			said = said source[i]
			if (source[i] ~ /[;{]$/)
				break
		}
		call = tolower($3)
		sub(/^bpf_map_update_elem$/, "bpf_map_+update_elem", call)
		if (said !~ call "(_opts)?\\(" &&
		    !(said ~ /__(load|destroy)\(/ && $3 ~ /CREATE|UPDATE|FREEZE|LOAD|close/) &&
		    !(said ~ /ring_buffer__new\(/ && $3 ~ /INFO/)) {
			print $2 ": " $3 " is not in:" said
			bad = 1
		}
		steps++
	}
	END { exit bad || !steps }' "$code/$1.c" "$2"
}
for program in $programs; do
	steps=$top/lessons/transcripts/$program.steps.tsv
	[ -e "$steps" ] || continue
	[ "$program" = test_maps ] || ok "$program: each recorded step is at the line of its call" \
		at_their_lines "$program" "$steps"
done
awk -F'\t' -v OFS='\t' 'NR > 1 { $2++ } 1' "$top/lessons/transcripts/02_update.steps.tsv" >"$tmp/moved.tsv"
ok 'other lines are seen' not at_their_lines 02_update "$tmp/moved.tsv"

# says_why STATUS TEXT COMMAND...
says_why() {
	want=$1 text=$2
	shift 2
	"$@" >"$tmp/out" 2>"$tmp/err"
	[ $? -eq "$want" ] && cat "$tmp/err" && grep -q -e "$text" "$tmp/err"
}
ok 'without a program, trace_calls says how it is used' says_why 2 '^Usage' "$code/tools/trace_calls"
ok 'of one that is not there it says so' says_why 2 'nowhere: No such file' "$code/tools/trace_calls" ./nowhere
ok 'of one without code, too' says_why 2 'no program of 64 bits' \
	"$code/tools/trace_calls" --steps "$tmp/x" "$code/tools/transcript.sh"
ok 'a full disk is reported' says_why 2 'cannot write stdout' \
	sh -c "'$code/tools/trace_calls' '$code/01_create' >/dev/full"
ok '  that of the steps too' says_why 2 'the steps' \
	"$code/tools/trace_calls" --steps /dev/full "$code/01_create"

done_testing
