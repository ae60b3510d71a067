# SPDX-License-Identifier: MIT
# valgrind finds nothing: no bad access, no leak, no open descriptor, on
# success and when a bpf(2) call fails.
. "$(dirname "$0")/tap.sh"

need valgrind strace
need_bpf

# What valgrind reports, less what is not the program's: descriptors that
# the test itself was started with, descriptors that are none because
# the call before failed, calls that valgrind does not know, and members of
# the attribute struct that libbpf leaves out because the command does not
# have them. A key or a value counts, unless it is NULL, which the kernel
# understands.
findings='
function report() {
	if (block !~ /inherited from parent|FILE DESCRIPTORS|File descriptor -[0-9]|Open file descriptor [012]:/ &&
	    (block !~ /Syscall param bpf\(attr->/ || block ~ /attr->(key|value)\)/) &&
	    block !~ /Address 0x0 is not/)
		printf "%s", block
	block = ""
}
/^--[0-9]+-- WARNING: unhandled eBPF command/ { next }
/^==[0-9]+== [^ ]/ { report() }
!/^==[0-9]+== *$/ { block = block $0 "\n" }
END { report() }'

# clean STATUS PROGRAM [N]: valgrind has nothing to say about a run that
# ends with STATUS, in which the Nth bpf(2) call fails
clean() {
	# shellcheck disable=SC2046 # words
	set -- "$1" "$2" "${3:-65535}" $(arguments "$2")
	want=$1 program=$2 n=$3
	shift 3
	strace -qq -f -e trace=bpf -e "inject=bpf:error=ENOMEM:when=$n" -o "$tmp/trace" \
		valgrind -q --leak-check=full --show-leak-kinds=all --track-fds=yes \
		--log-file="$tmp/valgrind" "$program" "$@" >/dev/null 2>"$tmp/err"
	status=$?
	awk "$findings" "$tmp/valgrind" >"$tmp/findings" || return 1
	echo "call $n fails, status $status"
	cat "$tmp/findings" "$tmp/err"
	case $want in
	0) [ "$status" -eq 0 ] ;;
	*) [ "$status" -ne 0 ] ;;
	esac && [ ! -s "$tmp/findings" ]
}

# clean_when_failing PROGRAM: of the calls of each kind, the first and the
# last one of a process fail, for strace counts the calls of each. libbpf
# gets over the failure of its probes, and of the map of a skeleton.
clean_when_failing() {
	# shellcheck disable=SC2046 # words
	strace -qq -f -e trace=bpf -e signal=none -o "$tmp/calls" \
		valgrind -q --log-file="$tmp/valgrind" "$1" $(arguments "$1") >/dev/null || return 1
	awk -F'[(,]' -v skeleton="$(ls "$1.bpf.c" 2>/dev/null)" '{ count[$1]++ }
		$2 !~ /BPF_(PROG_LOAD|BTF_LOAD|TOKEN_CREATE|PROG_BIND_MAP)/ && !($2 == "BPF_MAP_CREATE" && skeleton) {
			if (!($2 in first)) first[$2] = count[$1]
			last[$2] = count[$1]
		} END { for (c in first) print first[c] "\n" last[c] }' "$tmp/calls" |
		sort -nu >"$tmp/ns"
	[ -s "$tmp/ns" ] || return 1
	while read -r n; do
		clean 1 "$1" "$n" </dev/null || return 1
	done <"$tmp/ns"
}

for program in $(sh "$code/tools/transcript.sh" list); do
	ok "$program is clean" clean 0 "$code/$program"
	# Which call is the Nth must not be up to the other maps of a machine.
	[ "$program" = 09_open ] || ok "$program is clean when a call fails" clean_when_failing "$code/$program"
done

ok 'a program that leaves a descriptor open is made' mutant 02_update 's/^\tEXPECT(close(map), 0);//'
ok '  and is found' not clean 0 "$tmp/02_update"
ok 'a program that leaks is made' mutant 04_lookup_and_delete 's/^\treturn finish();/\tstrdup("x");\n&/'
ok '  and is found' not clean 0 "$tmp/04_lookup_and_delete"
ok 'a program that writes outside of a buffer is made' mutant test_maps 's/ids\[MAX_ENTRIES\], id/*ids = malloc(MAX_ENTRIES), id/'
ok '  and is found' not clean 0 "$tmp/test_maps"

# What the lessons say that valgrind sees: a key or a buffer too small.
cat >"$tmp/small.c" <<-'END'
	#include <bpf/bpf.h>
	#include <stdlib.h>
	int main(void)
	{
		int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "small", KEY, 8, 4, NULL);
		char *key = calloc(1, 4), *value = calloc(1, VALUE);

		bpf_map_update_elem(fd, key, "12345678", BPF_ANY);
		bpf_map_lookup_elem(fd, key, value);
		free(key);
		free(value);
		close(fd);
		return 0;
	}
END
small() {
	# shellcheck disable=SC2046 # flags
	cc -w -g -D"KEY=$1" -D"VALUE=$2" -include unistd.h -o "$tmp/small" "$tmp/small.c" \
		$(pkg-config --cflags --libs libbpf libelf zlib) && clean 0 "$tmp/small"
}
ok 'a key and a buffer of the right size are clean' small 4 8
ok 'a key that is too small is found' not small 8 8
ok 'a buffer that is too small is found' not small 4 4

done_testing
