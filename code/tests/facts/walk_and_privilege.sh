# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # facts.t sources this, and has what it calls
# Lesson 6, "Try it": a visit is wasted for each key that is behind key 3,
# and key 3 is at another place in every map.
keeps_three() {
	changed 06_iterate "s/visits = 0,\$/visits = 0, place = 0,/; s/sum += key;/& place = key == 3 ? visits : place;/
		/The other way round/,\$s/key != first/key != 3/; s/visits < 7/visits < $1/; s/(visits, 7)/(visits, $1)/"
}
not_always_seven() {
	for _ in $(seq 100); do
		"$tmp/06_iterate" | grep '^visits' | tail -n 1 || return 1
	done | sort -u >"$tmp/visits"
	cat "$tmp/visits"
	grep -qx 'visits = 7' "$tmp/visits" && grep -qx 'visits = [456]' "$tmp/visits"
}
ok 'a walk that keeps key 3 visits it once more for each key behind it' keeps_three '7 - place'
ok '  and for no other' not keeps_three '6 - place'
keeps_three '7 - place'
ok '  which is seven visits only now and then' not_always_seven

# Lesson 7: session 12 is deleted from outside. What test_maps does next
# with it is refused; if there is nothing, the sum says so in the end.
# deleted SCRIPT LINE: test_maps, changed so, ends with this last line, and 1
deleted() {
	mutant test_maps "$1" || return 1
	"$tmp/test_maps" --rounds 3 --interval 0 >"$tmp/answers" 2>"$tmp/err"
	[ $? -eq 1 ] && [ "$(cat "$tmp/err")" = "$2" ]
}
gone='{ uint32_t twelve = 12; bpf_map_delete_elem(table, \&twelve); }'
ok 'a session that is deleted before it is seen again is missed at once' \
	deleted "s/^\tif (round > 1) {/\tif (round == 2) $gone\n&/" 'bpf_map_lookup_elem: No such file or directory'
ok '  in a walk, too' deleted "s/id = next;/& if (id == 12) $gone/" 'bpf_map_lookup_elem: No such file or directory'
ok '  and later at the end, when the sum does not hold' \
	deleted "s/^\tif (round > 1) {/\tif (round == 3) $gone\n&/" 'the sum is wrong: a session was lost'
ok '  and one that is not deleted is not missed' not deleted "s/EXPIRES_AFTER = 2/EXPIRES_AFTER = 3/" 'the sum is wrong: a session was lost'
# Before Linux 5.14: the same between the look and the delete of a close.
old='s/int err = bpf_map_lookup_and_delete_elem(table, &id, &session);/int err = -ENOTSUPP;/'
ok 'and one that another process deletes inside the older close' \
	deleted "$old; 0,/\t\tcheck(bpf_map_delete_elem(table, &id),/s//\t\tbpf_map_delete_elem(table, \&id);\n&/" \
	'bpf_map_delete_elem: No such file or directory'

# delete_by_bpftool: as the lesson says it, while test_maps waits
delete_by_bpftool() {
	"$code/test_maps" --interval 3600 >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	until grep -q ' 14 ' "$tmp/out"; do
		kill -0 $pid || return 1
		sleep 0.1
	done
	id=$(sed -n 's/^map_id:[[:space:]]*//p' /proc/$pid/fdinfo/*)
	bpftool map delete id "$id" key 12 0 0 0
	kill -INT $pid
	wait $pid
	[ $? -eq 1 ] && grep -qx '4 opened = 0 closed + 0 expired + 3 drained' "$tmp/out" && cat "$tmp/err"
}
if command -v bpftool >/dev/null && bpftool map show id 4294967295 2>&1 | grep -q 'No such file'; then
	ok 'bpftool deletes session 12, and Ctrl+C shows it' delete_by_bpftool
else
	skip 'bpftool deletes session 12, and Ctrl+C shows it' 'it takes bpftool and CAP_SYS_ADMIN: make test-deps, and run make test as root'
fi

# Two maps of one name, the helpers and the library, who may do what.
cat >"$tmp/who.c" <<-'END'
	#include <bpf/bpf.h>
	#include <errno.h>
	#include <linux/bpf.h>
	#include <linux/filter.h>
	#include <linux/seccomp.h>
	#include <stddef.h>
	#include <string.h>
	#include <sys/prctl.h>
	#include <sys/syscall.h>
	static int load(int type)
	{
		struct bpf_insn pass[] = {
			{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0 },
			{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
		};

		return bpf_prog_load(type, "pass", "MIT", pass, 2, NULL);
	}
	int main(int argc, char **argv)
	{
		struct sock_filter refuse[] = {
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		};
		struct sock_fprog filter = { 4, refuse };
		__u32 key = 1, value = 1;
		int one, other;

		switch (*argv[1]) {
		case 'n': /* names */
			one = bpf_map_create(BPF_MAP_TYPE_HASH, "sessions", 4, 4, 4, NULL);
			other = bpf_map_create(BPF_MAP_TYPE_HASH, "sessions", 4, 4, 4, NULL);
			return one < 0 || other < 0 || bpf_map_update_elem(one, &key, &value, 0) ||
			       bpf_map_lookup_elem(other, &key, &value) != -ENOENT;
		case 'r': /* refused */
			prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
			return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) ||
			       bpf_map_create(BPF_MAP_TYPE_HASH, "x", 4, 4, 4, NULL) != -EPERM;
		default: /* the three types: socket, tracepoint, interface */
			for (int i = 0; i < 3; i++) {
				static const int types[] = { BPF_PROG_TYPE_SOCKET_FILTER, BPF_PROG_TYPE_TRACEPOINT, BPF_PROG_TYPE_XDP };
				int fd = load(types[i]);

				if (argv[1][i] == '+' ? fd < 0 : fd != -EPERM)
					return 1;
			}
			return 0;
		}
	}
END
build who
ok 'two maps of one name are two maps' "$tmp/who" names
ok 'who is root gets EPERM where a seccomp filter refuses bpf(2)' "$tmp/who" refused

# as_user CAPABILITIES COMMAND...: an ordinary user with these
as_user() {
	chmod 755 "$tmp"
	caps=$1
	shift
	setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps="-all$caps" \
		--ambient-caps="-all$caps" --bounding-set="-all$caps" "$@"
}
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	ok 'CAP_BPF loads a program for a socket, and no other' as_user ,+bpf "$tmp/who" +--
	ok '  with CAP_PERFMON one for a tracepoint' as_user ,+bpf,+perfmon "$tmp/who" ++-
	ok '  and with CAP_NET_ADMIN one for an interface' as_user ,+bpf,+net_admin "$tmp/who" +-+
	# shellcheck disable=SC2016 # for sh
	tenth='sed -n "s/^CapEff:.*\(.\).\{9\}$/\1/p" /proc/self/status | grep -x'
	ok 'the tenth digit of CapEff tells of CAP_BPF' as_user ,+bpf sh -c "$tenth 8"
	ok '  and of its absence' as_user ,+net_admin,+perfmon sh -c "$tenth '[0-7]'"
	if unshare -r true 2>"$tmp/err" && [ "$(cat /proc/sys/kernel/unprivileged_bpf_disabled)" -ne 0 ]; then
		ok '  in a user namespace it is there and counts for nothing' \
			unshare -r sh -c "$tenth '[89a-f]' && ! '$code/01_create' 2>'$tmp/out' && grep -q 'A_DESCRIPTOR, came -EPERM' '$tmp/out'"
	else
		skip '  in a user namespace it is there and counts for nothing' 'no user namespace here, or bpf(2) is open to all'
	fi
	# setcap takes a file system that keeps the capabilities of a file.
	file_has() {
		cp "$code/01_create" "$tmp/mine" && setcap cap_bpf+ep "$tmp/mine" && chmod 755 "$tmp" &&
			setpriv --reuid=65534 --clear-groups "$tmp/mine" &&
			cp "$tmp/mine" "$tmp/again" && not setpriv --reuid=65534 --clear-groups "$tmp/again" 2>"$tmp/err" &&
			grep -q 'came -EPERM' "$tmp/err"
	}
	if command -v setcap >/dev/null; then
		ok 'setcap gives CAP_BPF to a file, and a new file has lost it' file_has
	else
		skip 'setcap gives CAP_BPF to a file, and a new file has lost it' 'no setcap here'
	fi
else
	skip 'who may load what' 'it takes root to be somebody else: sudo make test'
fi

# Lesson 8: names that the library and the helpers share; two headers that
# no file can include; a pointer where a descriptor belongs.
headers=$(pkg-config --variable=includedir libbpf)/bpf
shared_names() {
	sed -n '/^LIBBPF_API/,/;/p' "$headers/bpf.h" "$headers/libbpf.h" | grep -o '\<bpf_[a-z0-9_]*(' | tr -d '(' | sort -u >"$tmp/library"
	sed -n 's/^static .*(\*\( const \)\{0,1\}\([a-z0-9_]*\))(.*/\2/p' "$headers/bpf_helper_defs.h" | sort -u >"$tmp/helpers"
	[ "$(comm -12 "$tmp/library" "$tmp/helpers" | paste -s -d ' ' -)" = "$1" ]
}
ok 'three helpers have the name of a library function' \
	shared_names 'bpf_map_delete_elem bpf_map_lookup_elem bpf_map_update_elem'
ok '  and not two' not shared_names 'bpf_map_lookup_elem bpf_map_update_elem'
# const_since VERSION: whether the installed header has it goes by that
const_since() {
	if pkg-config --atleast-version="$1" libbpf; then
		grep -F '(* const bpf_map_update_elem)' "$headers/bpf_helper_defs.h"
	else
		grep -F '(*bpf_map_update_elem)' "$headers/bpf_helper_defs.h"
	fi
}
ok 'the helpers are const from libbpf 1.4 on' const_since 1.4
ok '  which is not so if this one counts as another' not const_since "$(pkg-config --atleast-version=1.4 libbpf && echo 99 || echo 0.1)"
# compiles LINE...: with bpf/bpf.h, and a conversion that is none refused
compiles() {
	printf '%s\n' '#include <bpf/bpf.h>' "$@" >"$tmp/line.c"
	cc -fsyntax-only -Werror=int-conversion "$tmp/line.c"
}
ok 'no file can include both headers' not compiles '#include <bpf/bpf_helpers.h>'
ok '  and one of them it can' compiles ''
call='int f(int map, int *key) { return bpf_map_update_elem('
ok 'the address of a map is no descriptor' not compiles "$call&map, key, key, 0); }"
ok '  and the descriptor is one' compiles "${call}map, key, key, 0); }"

# Lesson 8, "Try it": the program stores key 1. And libbpf's own words.
key_one() {
	mkdir -p "$tmp/key_one"
	sed 's/key = 2/key = 1/' "$code/08_two_worlds.bpf.c" >"$tmp/key_one/one.bpf.c"
	! cmp -s "$code/08_two_worlds.bpf.c" "$tmp/key_one/one.bpf.c" &&
		clang -O2 -g -target bpf -I"/usr/include/$(cc -print-multiarch 2>/dev/null)" -c -o "$tmp/key_one/one.bpf.o" "$tmp/key_one/one.bpf.c" &&
		bpftool gen skeleton "$tmp/key_one/one.bpf.o" name two_worlds >"$tmp/key_one/08_two_worlds.skel.h" &&
		bpf_cc cc -w -std=c11 -I"$tmp/key_one" -o "$tmp/key_one/one" "$code/08_two_worlds.c" || return 1
	"$tmp/key_one/one" >"$tmp/answers" 2>"$tmp/err"
	sed 1d "$top/lessons/transcripts/08_two_worlds.txt" | diff - "$tmp/answers" >"$tmp/changes"
	[ "$(sed -n 's/^> //p' "$tmp/changes" | paste -s -d / -)" = \
		"$1/bpf_map_lookup_elem(map, &two, &value) = -ENOENT/value = 100" ]
}
libbpf_says() {
	mutant 08_two_worlds "$1" && "$tmp/08_two_worlds" 2>"$tmp/err" >"$tmp/answers" && grep "unexpected value size 4 provided, expected 8" "$tmp/err"
}
if [ -x "$code/08_two_worlds" ]; then
	ok 'with key 1 three answers change' key_one '(int)run.retval = -EEXIST'
	ok '  and not two' not key_one '(int)run.retval = 0'
	ok 'libbpf says on stderr which size it expected' libbpf_says '/libbpf_set_print/d'
	ok '  unless it is asked not to' not libbpf_says 's/value = 100/value = 101/'
else
	skip 'lesson 8' 'no clang and bpftool: make test-deps'
fi

# The limiter has a part for five of the six calls.
five_calls() {
	[ "$(grep -o 'bpf_map_[a-z_]*(' "$1" | sort -u | wc -l)" -eq 5 ] && not grep lookup_and_delete "$1"
}
ok 'the rate limiter makes five of the six calls' five_calls "$code/exercises/07a_rate_limiter/solution.c"
ok '  and a sweep does not' not five_calls "$code/exercises/06b_sweep_expired/solution.c"
