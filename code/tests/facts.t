# SPDX-License-Identifier: MIT
# Sentences of the lessons that neither a transcript nor the atlas shows.
. "$(dirname "$0")/tap.sh"

need cc pkg-config
need_bpf

# holds EXPRESSION: a C constant expression is true
holds() {
	printf '#include <bpf/bpf.h>\n#include <errno.h>\n_Static_assert(%s, "");\n' "$1" >"$tmp/holds.c"
	cc -fsyntax-only "$tmp/holds.c"
}
for fact in 'BPF_ANY == 0' 'BPF_NOEXIST == 1' 'BPF_EXIST == 2' 'BPF_F_LOCK == 4' \
	'BPF_F_NO_PREALLOC == 1' 'BPF_OBJ_NAME_LEN == 15 + 1' 'ENOTSUP == 95 && ENOTSUP == EOPNOTSUPP' \
	'BPF_FUNC_map_lookup_elem == 1' 'BPF_FUNC_map_update_elem == 2' 'BPF_FUNC_map_delete_elem == 3' \
	'BPF_FUNC_map_pop_elem == 88' 'BPF_FUNC_for_each_map_elem == 164'; do
	ok "$fact" holds "$fact"
done
ok 'a wrong number is found' not holds 'BPF_NOEXIST == 2'

# From libbpf 1.4 on the pointer is const.
helper_declared() {
	sed -n '/^static/s/[ \t]\+/ /gp' "$(pkg-config --variable=includedir libbpf)/bpf/bpf_helper_defs.h" |
		grep -E "\(\*( const )?$1\)\(.*= \(void \*\) $2;"
}
ok 'the update helper is declared as number 2' helper_declared bpf_map_update_elem 2
ok 'the pop helper is declared as number 88' helper_declared bpf_map_pop_elem 88
ok 'another number is not' not helper_declared bpf_map_pop_elem 89

cat >"$tmp/texts.c" <<-'END'
	#include <stdio.h>
	#include <string.h>
	int main(void)
	{
		puts(strerror(7));
		puts(strerror(524));
		return 0;
	}
END
build texts
ok 'strerror calls E2BIG "Argument list too long" and 524 "Unknown error 524"' \
	sh -c "'$tmp/texts' | paste -s -d / - | grep -x 'Argument list too long/Unknown error 524'"

# changed NAME SCRIPT: the program, changed, gets every answer it expects
changed() {
	rm -f "$tmp/answers"
	mutant "$1" "$2" && "$tmp/$1" >"$tmp/answers" 2>"$tmp/err"
}

# answers LINE...: a changed program has printed each, whatever it expected
answers() {
	for line; do
		grep -qxF -e "$line" "$tmp/answers" || { tail -n 5 "$tmp/answers"; return 1; }
	done
}

# Half of 1000 keys stay. How many visits the second walk makes depends on
# the order of the keys, so that its end comes as a surprise.
thousand() {
	changed 06_iterate 's/4, 8, 4, NULL/4, 8, 1000, NULL/; s/key <= 4/key <= 1000/
		s/visits < 4/visits < 1000/; s/(visits, 4)/(visits, 1000)/; s/1 + 2 + 3 + 4/500500/
		s/key != first/key % 2/
		s/visits < 7 ? 0 : -ENOENT/A_DESCRIPTOR/; s/(visits, 7)/(visits > 100000, 1)/'
	[ "$(wc -l <"$tmp/err")" -eq 1 ] && answers "$@"
}
ok 'of 1000 keys, half of which stay, more than 100000 visits' thousand 'visits > 100000 = 1'
ok '  and 1000 in the other order' answers 'visits = 1000'
ok '  and another number is seen' not answers 'visits = 999'
ok 'deleting every key takes one visit a key, in either order' changed 06_iterate \
	's/if (key != first)/if (1)/; s/visits < 7/visits < 4/; s/(visits, 7)/(visits, 4)/'
ok 'with three of four keys deleted, no walk takes three visits' not changed 06_iterate 's/(visits, 7)/(visits, 3)/'

# An array has no room that it could take entry by entry.
array() {
	changed 01_create 's/BPF_MAP_TYPE_HASH,$/BPF_MAP_TYPE_ARRAY,/'
	answers 'bpf_map_create(BPF_MAP_TYPE_ARRAY, "blocked_by_admin", 4, 8, 1024, &lazy) = -EINVAL'
}
ok 'an array refuses BPF_F_NO_PREALLOC' array

ok 'BPF_EXIST on an absent key of a full map is ENOENT' changed 02_update \
	's/&guesser, &friday, BPF_ANY/\&guesser, \&friday, BPF_EXIST/; s/-E2BIG/-ENOENT/'
ok 'a stack gives back the newest value first' changed 04_lookup_and_delete \
	's/BPF_MAP_TYPE_QUEUE/BPF_MAP_TYPE_STACK/; s/(guest, ann)/(guest, bob)/; t
	s/(guest, bob)/(guest, ann)/'
ok '  and not the oldest' not changed 04_lookup_and_delete 's/BPF_MAP_TYPE_QUEUE/BPF_MAP_TYPE_STACK/'

expires_in_round() {
	"$code/test_maps" --rounds "$1" --interval 0 | awk -v last="$1" '
		/^round/ { round = $2 } $1 == 12 { seen = round }
		END { exit !(seen == last - 1) }'
}
ok 'session 12 of test_maps expires in round 4' expires_in_round 4
ok 'and not in round 3' not expires_in_round 3

# Ten processes want the same 1000 keys: who gets 0, and how often?
cat >"$tmp/race.c" <<-'END'
	#include <bpf/bpf.h>
	#include <stdlib.h>
	#include <string.h>
	#include <sys/wait.h>
	#include <unistd.h>
	static int won(int fd, const char *call, __u32 key)
	{
		__u64 value = 0;

		switch (*call) {
		case 'i': return !bpf_map_update_elem(fd, &key, &value, BPF_NOEXIST);
		case 'a': return !bpf_map_update_elem(fd, &key, &value, BPF_ANY);
		case 't': return !bpf_map_lookup_and_delete_elem(fd, &key, &value);
		default: return !bpf_map_delete_elem(fd, &key);
		}
	}
	int main(int argc, char **argv)
	{
		int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "race", 4, 8, 1000, NULL);
		int total = 0, wins[2], got;
		__u32 key = 0;
		__u64 value;

		if (fd < 0 || pipe(wins))
			return 2;
		if (*argv[1] == 't' && bpf_map_lookup_and_delete_elem(fd, &key, &value) == -524)
			return 77;
		for (key = 0; strchr("td", *argv[1]) && key < 1000; key++)
			if (!won(fd, "insert", key))
				return 2;
		for (int child = 0; child < 10; child++)
			if (fork() == 0) {
				for (got = 0, key = 0; key < 1000; key++)
					got += won(fd, argv[1], key);
				write(wins[1], &got, sizeof(got));
				_exit(0);
			}
		close(wins[1]);
		while (read(wins[0], &got, sizeof(got)) == sizeof(got))
			total += got;
		while (wait(NULL) > 0)
			;
		return total != 1000;
	}
END
build race
ok 'of ten that insert a key with BPF_NOEXIST, one wins' "$tmp/race" insert
"$tmp/race" take
if [ $? -eq 77 ]; then
	skip 'of ten that take an entry, one gets it' 'this kernel is too old to take from a hash'
else
	ok 'of ten that take an entry, one gets it' "$tmp/race" take
fi
ok 'of ten that delete an entry, one gets 0' "$tmp/race" delete
ok 'of ten that store with BPF_ANY, each believes it has won' not "$tmp/race" any

# Overwriting while walking: a hash puts the new entry at the front.
cat >"$tmp/overwrite.c" <<-'END'
	#include <bpf/bpf.h>
	int main(int argc, char **argv)
	{
		int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "walk", 4, 8, 8, NULL);
		__u32 key, next, *previous = NULL;
		__u64 value = 0;
		int end, visits = 0;

		for (key = 0; key < 8; key++)
			if (bpf_map_update_elem(fd, &key, &value, BPF_ANY))
				return 2;
		end = bpf_map_get_next_key(fd, previous, &next);
		while (!end && visits < 10000) {
			key = next;
			visits++;
			if (argc == 1)
				end = bpf_map_get_next_key(fd, &key, &next);
			bpf_map_update_elem(fd, &key, &value, BPF_ANY);
			if (argc > 1)
				end = bpf_map_get_next_key(fd, &key, &next);
		}
		return visits != 8;
	}
END
build overwrite
ok 'fetch the next key, then overwrite: each key is visited once' "$tmp/overwrite"
ok "overwrite, then fetch the next key: the walk does not end" not "$tmp/overwrite" first

# Four updates, two by the library and two by the helper, and one that
# the library refuses: the kernel sees the library's two.
ok 'the helper makes no bpf(2) call' \
	sh -c "[ \$(grep -c BPF_MAP_UPDATE_ELEM '$top/lessons/transcripts/08_two_worlds.bpf.txt') -eq 2 ]"

# bpf_map__update_elem compares the sizes.
cat >"$tmp/map.bpf.c" <<-'END'
	#include <linux/bpf.h>
	#include <bpf/bpf_helpers.h>
	struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, 4);
		__type(key, __u32);
		__type(value, __u64);
	} counts SEC(".maps");
END
cat >"$tmp/sizes.c" <<-'END'
	#include <bpf/bpf.h>
	#include <bpf/libbpf.h>
	#include <errno.h>
	#include <stdio.h>
	int main(int argc, char **argv)
	{
		struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
		struct bpf_map *map;
		__u32 key = 1;
		__u64 value = 2, copy = 0;

		if (!object || bpf_object__load(object))
			return 2;
		map = bpf_object__find_map_by_name(object, "counts");
		if (bpf_map__update_elem(map, &key, 8, &value, 8, 0) != -EINVAL ||
		    bpf_map__update_elem(map, &key, 4, &value, 4, 0) != -EINVAL ||
		    bpf_map__update_elem(map, &key, 4, &value, 8, 0) != 0)
			return 1;
		return bpf_map_lookup_elem(bpf_map__fd(map), &key, &copy) || copy != 2;
	}
END
if command -v clang >/dev/null 2>&1; then
	ok 'clang compiles a BPF map' clang -g -O2 -target bpf \
		-I"/usr/include/$(uname -m)-linux-gnu" -c "$tmp/map.bpf.c" -o "$tmp/map.bpf.o"
	build sizes
	ok 'bpf_map__update_elem refuses another size with EINVAL' "$tmp/sizes" "$tmp/map.bpf.o"
else
	skip 'bpf_map__update_elem refuses another size with EINVAL' 'no clang: make test-deps'
fi

# An LRU hash: what counts as a use, and how much goes at once.
cat >"$tmp/lru.c" <<-'END'
	#define _GNU_SOURCE
	#include <bpf/bpf.h>
	#include <bpf/libbpf.h>
	#include <errno.h>
	#include <sched.h>
	#include <stdint.h>
	#include <string.h>
	#include <unistd.h>

	/* So much that each CPU can hold back as many as it ever does. */
	#define ROOM (256 * (uint32_t)libbpf_num_possible_cpus())
	static int fd;
	static cpu_set_t allowed;

	/* On the first or the second of the CPUs that we may use. */
	static int run_on(int nth)
	{
		cpu_set_t cpus;
		int cpu = 0;

		while (!CPU_ISSET(cpu, &allowed) || nth-- > 0)
			cpu++;
		CPU_ZERO(&cpus);
		CPU_SET(cpu, &cpus);
		return sched_setaffinity(0, sizeof(cpus), &cpus);
	}

	static int insert(uint32_t first, uint32_t last)
	{
		for (uint64_t value = 1; first <= last; first++)
			if (bpf_map_update_elem(fd, &first, &value, BPF_ANY))
				return -1;
		return 0;
	}

	static int left(uint32_t first, uint32_t last)
	{
		uint64_t value;
		int count = 0;

		for (; first <= last; first++)
			count += !bpf_map_lookup_elem(fd, &first, &value);
		return count;
	}

	int main(int argc, char **argv)
	{
		uint32_t absent = 1 << 20;
		uint64_t value = 1;
		int before, dropped;

		sched_getaffinity(0, sizeof(allowed), &allowed);
		fd = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "lru", 4, 8, ROOM, NULL);
		if (fd < 0 || run_on(0))
			return 2;
		if (!strcmp(argv[1], "each_cpu"))
			return run_on(1) || insert(1, 1) || run_on(0) ||
			       insert(2, ROOM) || left(1, ROOM) == ROOM;
		if (insert(1, ROOM) || left(1, ROOM) != ROOM)
			return 3;
		before = left(1, ROOM);
		if (!strcmp(argv[1], "lookup")) {
			for (int i = 0; i < 20; i++)
				left(1, ROOM / 2);
			insert(ROOM + 1, ROOM + ROOM / 2);
			return left(1, ROOM / 2) > left(ROOM / 2 + 1, ROOM);
		}
		if (!strcmp(argv[1], "store")) {
			insert(1, ROOM / 4);
			insert(ROOM + 1, ROOM + ROOM / 4);
			return left(1, ROOM / 4) != ROOM / 4;
		}
		if (!strcmp(argv[1], "insert"))
			insert(ROOM + 1, ROOM + 1);
		if (!strcmp(argv[1], "overwrite"))
			insert(ROOM, ROOM);
		if (!strcmp(argv[1], "fail") &&
		    bpf_map_update_elem(fd, &absent, &value, BPF_EXIST) != -ENOENT)
			return 4;
		dropped = before - left(1, ROOM);
		return dropped < 2 || dropped > 128;
	}
END
build lru
ok 'one insert into a full LRU hash drops several entries, up to 128' "$tmp/lru" insert
ok '  so does an overwrite' "$tmp/lru" overwrite
ok '  and a call that fails' "$tmp/lru" fail
ok '  and it is seen if nothing is dropped' not "$tmp/lru" nothing
ok 'a lookup from user space does not keep an entry of an LRU hash' "$tmp/lru" lookup
ok 'storing it does' "$tmp/lru" store
if [ "$(nproc)" -gt 1 ]; then
	ok 'with two CPUs an LRU hash drops entries before it is full' "$tmp/lru" each_cpu
else
	skip 'with two CPUs an LRU hash drops entries before it is full' 'this machine has one CPU'
fi

# The others, by what they are about.
for part in "$code"/tests/facts/*.sh; do
	# shellcheck source=/dev/null
	. "$part"
done

done_testing
