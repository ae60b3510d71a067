# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # facts.t sources this, and has what it calls

# Of the first three lessons: what their programs do not ask.
cat >"$tmp/asks.c" <<-'END'
	#define _GNU_SOURCE
	#include "tests/asking.h"
	#include <bpf/btf.h>
	#include <errno.h>
	#include <fcntl.h>
	#include <linux/capability.h>
	#include <signal.h>
	#include <stdlib.h>
	#include <sys/syscall.h>
	#include <sys/wait.h>
	#include <unistd.h>

	/* The names are for people, and the sizes are yours. */
	static int names(void)
	{
		struct bpf_map_info info = { 0 };
		__u32 size = sizeof(info);
		int first = create(HASH, 1, 0), second = create(HASH, 1, 0);
		int none = bpf_map_create(HASH, NULL, 4, 8, 1, NULL);

		return first < 0 || second < 0 || none < 0 ||
		       bpf_obj_get_info_by_fd(none, &info, &size) || *info.name;
	}

	static int both_shown(void)
	{
		int first = bpf_map_create(HASH, "asks_twice", 4, 8, 1, NULL);
		int second = bpf_map_create(HASH, "asks_twice", 4, 8, 1, NULL);

		return first < 0 || second < 0 ||
		       system("[ \"$(bpftool map show | grep -c 'name asks_twice ')\" -eq 2 ]") != 0;
	}

	static int swapped(void)
	{
		return bpf_map_create(HASH, "swapped", 8, 4, 1, NULL) < 0 ||
		       bpf_map_create(HASH, "swapped", 4, 8, 1, NULL) < 0;
	}

	static int no_address(void)
	{
		int fd = create(HASH, 1, 0);

		return bpf_map_update_elem(fd, (void *)1, (void *)5, BPF_ANY) != -EFAULT ||
		       bpf_map_update_elem(fd, &key, (void *)5, BPF_ANY) != -EFAULT ||
		       bpf_map_update_elem(fd, &key, &value, BPF_ANY);
	}

	static int arguments_too_long(void)
	{
		static char text[1 << 20];
		char *arguments[] = { "true", text, NULL };

		memset(text, 'a', sizeof(text) - 1);
		return execve("/bin/true", arguments, NULL) != -1 || errno != E2BIG;
	}

	/* The keys of a map with 100, in its order. */
	static int walk(__u32 flags, __u32 *keys)
	{
		int fd = create(HASH, 100, flags);

		if (fd < 0)
			return fd;
		for (__u32 k = 0; k < 100; k++)
			bpf_map_update_elem(fd, &k, &value, BPF_ANY);
		for (int i = 0; i < 100; i++)
			if (bpf_map_get_next_key(fd, i ? &keys[i - 1] : NULL, &keys[i]))
				return -1;
		return 0;
	}

	static int seed(void)
	{
		struct __user_cap_header_struct version = { _LINUX_CAPABILITY_VERSION_3, 0 };
		struct __user_cap_data_struct sets[2];
		__u32 keys[4][100], id = 0;

		if (bpf_map_get_next_id(0, &id) != -EPERM &&
		    (walk(BPF_F_ZERO_SEED, keys[0]) || walk(BPF_F_ZERO_SEED, keys[1]) ||
		     memcmp(keys[0], keys[1], sizeof(*keys))))
			return 1;
		if (walk(0, keys[2]) || walk(0, keys[3]) || !memcmp(keys[2], keys[3], sizeof(*keys)))
			return 1;
		syscall(SYS_capget, &version, sets);
		sets[0].effective &= ~(1U << CAP_SYS_ADMIN);
		return syscall(SYS_capset, &version, sets) || create(HASH, 1, 0) < 0 ||
		       create(HASH, 1, BPF_F_ZERO_SEED) != -EPERM;
	}

	/* A BPF program that reads or writes a map: is it loaded? */
	static int load(int map, int helper)
	{
		struct bpf_insn program[] = {
			{ BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, 0 },
			{ BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_FD, 0, map },
			{ 0, 0, 0, 0, 0 },
			{ BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0 },
			{ BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -8 },
			{ BPF_ALU64 | BPF_MOV | BPF_X, 3, 2, 0, 0 },
			{ BPF_ALU64 | BPF_MOV | BPF_K, 4, 0, 0, 0 },
			{ BPF_JMP | BPF_CALL, 0, 0, 0, helper },
			{ BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1, 0 },
			{ BPF_LDX | BPF_MEM | BPF_DW, 0, 0, 0, 0 },
			{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0 },
			{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
		};

		if (helper == BPF_FUNC_map_update_elem)
			program[9] = program[10];
		return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "asks", "MIT", program,
				     sizeof(program) / sizeof(*program), NULL);
	}

	static int of_programs(void)
	{
		const int read = BPF_FUNC_map_lookup_elem, write = BPF_FUNC_map_update_elem;
		int to_read = create(HASH, 1, BPF_F_RDONLY_PROG);
		int to_write = create(HASH, 1, BPF_F_WRONLY_PROG);

		return load(to_read, write) != -EACCES || load(to_read, read) < 0 ||
		       load(to_write, read) != -EACCES || load(to_write, write) < 0 ||
		       bpf_map_update_elem(to_read, &key, &value, BPF_ANY) ||
		       bpf_map_update_elem(to_write, &key, &value, BPF_ANY) ||
		       bpf_map_lookup_elem(to_write, &key, &value);
	}

	/* A value with a lock, and a type description that says so. */
	static struct locked {
		struct bpf_spin_lock lock;
		char bytes[8188];
	} large, copy;

	static int create_locked(int type, int described)
	{
		struct btf *btf = btf__new_empty();
		int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
		int byte = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
		int bytes = btf__add_array(btf, number, byte, sizeof(large.bytes));
		int lock = btf__add_struct(btf, "bpf_spin_lock", 4), locked;
		LIBBPF_OPTS(bpf_map_create_opts, opts);

		btf__add_field(btf, "val", number, 0, 0);
		locked = btf__add_struct(btf, "locked", sizeof(large));
		btf__add_field(btf, "lock", lock, 0, 0);
		btf__add_field(btf, "bytes", bytes, 32, 0);
		if (described && btf__load_into_kernel(btf))
			return -1;
		opts.btf_fd = described ? (__u32)btf__fd(btf) : 0;
		opts.btf_key_type_id = described ? (__u32)number : 0;
		opts.btf_value_type_id = described ? (__u32)locked : 0;
		return bpf_map_create(type, "locked", 4, sizeof(large), 1, &opts);
	}

	/* Another process writes values of one letter. Is one read that has two? */
	static int torn(__u64 lock, int most)
	{
		int fd = create_locked(BPF_MAP_TYPE_ARRAY, 1), two = 0;
		pid_t writer;

		if (fd < 0)
			return -1;
		key = 0;
		writer = fork();
		if (writer == 0)
			for (;;) {
				memset(large.bytes, large.bytes[0] ^ 1, sizeof(large.bytes));
				bpf_map_update_elem(fd, &key, &large, BPF_EXIST | lock);
			}
		while (!two && most-- > 0) {
			bpf_map_lookup_elem_flags(fd, &key, &copy, lock);
			two = memcmp(copy.bytes, copy.bytes + 1, sizeof(copy.bytes) - 1) != 0;
		}
		kill(writer, SIGKILL);
		waitpid(writer, NULL, 0);
		return two;
	}

	static int whole(void)
	{
		return torn(BPF_F_LOCK, 20000) != 0;
	}

	static int whole_without(void)
	{
		return torn(0, 2000000) != 0;
	}

	static int added(void)
	{
		int fd = create_locked(HASH, 1);

		return bpf_map_update_elem(fd, &key, &large, BPF_F_LOCK | BPF_EXIST) != -ENOENT ||
		       bpf_map_update_elem(fd, &key, &large, BPF_F_LOCK | BPF_NOEXIST) ||
		       bpf_map_update_elem(fd, &key, &large, BPF_F_LOCK | BPF_NOEXIST) != -EEXIST ||
		       bpf_map_update_elem(fd, &key, &large, BPF_F_LOCK | BPF_ANY) ||
		       bpf_map_update_elem(create_locked(HASH, 0), &key, &large, BPF_F_LOCK) != -EINVAL;
	}

	static int one_more(void)
	{
		return create(HASH, (1U << 27) + 1, BPF_F_NO_PREALLOC) != -E2BIG;
	}

	/* In a cgroup that may have 50 MB: as many would be allowed, and there
	   is no memory for them. */
	static int power(void)
	{
		return create(HASH, 1U << 27, BPF_F_NO_PREALLOC) != -ENOMEM;
	}

	/* Values of 4000 bytes, until there is no more memory. */
	static int fill(__u32 entries, __u32 flags)
	{
		LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags);
		int fd = bpf_map_create(HASH, "fill", 4, 4000, entries, &opts), err = fd < 0 ? fd : 0;
		static char page[4000];

		for (__u32 k = 0; !err && k < entries; k++)
			err = bpf_map_update_elem(fd, &k, page, BPF_ANY);
		return err;
	}

	static int by_entry(void)
	{
		return fill(100000, BPF_F_NO_PREALLOC) != -ENOMEM;
	}

	static int at_once(void)
	{
		return fill(1000, 0);
	}

	int main(int argc, char **argv)
	{
		static const struct fact facts[] = {
			{ "names", names }, { "both_shown", both_shown }, { "swapped", swapped }, { "no_address", no_address },
			{ "arguments_too_long", arguments_too_long }, { "seed", seed },
			{ "of_programs", of_programs }, { "whole", whole },
			{ "whole_without", whole_without }, { "added", added },
			{ "one_more", one_more }, { "power", power },
			{ "by_entry", by_entry }, { "at_once", at_once },
			{ NULL, NULL },
		};
		FILE *file;

		if (argc > 2) {
			file = fopen(argv[2], "w");
			if (!file || fprintf(file, "%d", getpid()) < 0 || fclose(file))
				return 2;
		}
		return ask(facts, argv[1]);
	}
END
build asks
ok 'two maps may have the same name, and one none' "$tmp/asks" names
if bpftool map show id 4294967295 2>&1 | grep -q 'No such file'; then
	ok 'bpftool map show prints two of the same name' "$tmp/asks" both_shown
else
	skip 'bpftool map show prints two of the same name' 'it takes bpftool and CAP_SYS_ADMIN: make test-deps, and run make test as root'
fi
ok 'a hash takes keys of 8 bytes with values of 4 as well' "$tmp/asks" swapped
ok 'an update from addresses 1 and 5 is EFAULT' "$tmp/asks" no_address
ok 'execve says E2BIG of too long a list of arguments' "$tmp/asks" arguments_too_long
ok 'BPF_F_ZERO_SEED gives the same order, and needs CAP_SYS_ADMIN' "$tmp/asks" seed
ok 'BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG limit the BPF programs' "$tmp/asks" of_programs
ok 'BPF_F_LOCK goes with each of the other flags, in a map with a type description' "$tmp/asks" added
if [ "$(nproc)" -gt 1 ]; then
	ok 'BPF_F_LOCK copies a large value whole' "$tmp/asks" whole
	ok '  and without it half of one is seen' not "$tmp/asks" whole_without
else
	skip 'BPF_F_LOCK copies a large value whole' 'this machine has one CPU'
fi
ok 'a hash for 2^27 + 1 entries is E2BIG' "$tmp/asks" one_more
# Before Linux 5.11 the memory of maps is not that of a cgroup, and all of
# it is 4 GB at most.
if limited; then
	ok '  and for 2^27 it is a matter of memory' "$tmp/asks" power "$cgroup/cgroup.procs"
	ok 'memory that is taken at once is there at an update' "$tmp/asks" at_once "$cgroup/cgroup.procs"
	ok '  and what is taken entry by entry can be missing' "$tmp/asks" by_entry "$cgroup/cgroup.procs"
else
	skip 'what is taken entry by entry can be missing' 'this takes a cgroup of its own: run make test as root'
fi

# An array without BPF_F_NO_PREALLOC: what needs the map afterwards.
array
ok 'what needs a map that was refused is EBADFD or EBADF' answers \
	'bpf_obj_get_info_by_fd(map, &info, &size) = -EBADFD' 'close(map) = -EBADF'

sed 's/&value, BPF_EXIST) != -ENOENT/\&value, BPF_NOEXIST) != -EEXIST/; s/absent = 1 << 20/absent = ROOM/' \
	"$tmp/lru.c" >"$tmp/lru_present.c"
build lru_present
ok '  and one that is refused with EEXIST' "$tmp/lru_present" fail

# The library says since when it has a call.
library=$(pkg-config --variable=libdir libbpf)/libbpf.so
since() {
	nm -D --with-symbol-versions "$library" | grep -q " $1@@LIBBPF_$2\$"
}
ok 'bpf_map_create is in libbpf since 0.6' since bpf_map_create 0.6.0
ok 'bpf_map_update_elem is in the first libbpf' since bpf_map_update_elem 0.0.1
ok '  and in no later one' not since bpf_map_update_elem 0.6.0

same_names() {
	sed -n 's/^static.*(\*\( const \)\{0,1\}\(bpf_[a-z0-9_]*\))(.*/\2/p' \
		"$(pkg-config --variable=includedir libbpf)/bpf/bpf_helper_defs.h" | sort >"$tmp/helpers"
	nm -D "$library" | sed -n 's/.* T \([a-z0-9_]*\)@@.*/\1/p' | sort | comm -12 "$tmp/helpers" - | paste -s -d ' ' - | grep -x "$1"
}
ok 'three helpers have the name of a library call' \
	same_names 'bpf_map_delete_elem bpf_map_lookup_elem bpf_map_update_elem'
ok '  and not two' not same_names 'bpf_map_lookup_elem bpf_map_update_elem'

# commented SCRIPT: linux/bpf.h, changed, describes each command of bpf(2)
commented() {
	echo '#include <linux/bpf.h>' | cc -E -CC - | sed "$1" >"$tmp/bpf.h"
	sed -n '/^enum bpf_cmd {/,/^}/s/^[[:space:]]\(BPF_[A-Z_]*\),.*/\1/p' "$tmp/bpf.h" | grep -v __MAX >"$tmp/commands"
	[ "$(wc -l <"$tmp/commands")" -ge 30 ] && while read -r command; do
		grep -q "^ \* $command\$" "$tmp/bpf.h" || { echo "no comment on $command"; return 1; }
	done <"$tmp/commands"
}
ok 'linux/bpf.h has a comment on each command' commented ''
ok '  and one that is missing is found' not commented '/^ \* BPF_MAP_CREATE$/d'

# defined NAME: some header of errno defines it
defined() {
	printf '#include <%s>\n' errno.h linux/errno.h bpf/bpf.h bpf/libbpf.h | cc -E -dM - | grep -q "^#define $1 "
}
ok 'no header has ENOTSUPP' not defined ENOTSUPP
ok '  but ENOTSUP' defined ENOTSUP

# probes LIST: of a run of 00_first, as strace sees it
seen() {
	strace -f -qq -e trace=bpf -o "$tmp/strace" "$code/00_first" >"$tmp/out" || return 1
	sed 's/^[0-9]* *bpf(\([A-Z_]*\),.*/\1/' "$tmp/strace" | paste -s -d ' ' - | grep -xE "$1" &&
		! grep -q 'key="' "$tmp/strace" && grep -q 'key=0x' "$tmp/strace"
}
three='BPF_MAP_CREATE BPF_MAP_UPDATE_ELEM BPF_MAP_LOOKUP_ELEM'
if command -v strace >/dev/null 2>&1; then
	ok 'strace shows the same calls with addresses, after one or two of libbpf' seen "(BPF_PROG_LOAD ){1,2}$three"
	ok '  and not without them' not seen "$three"
else
	skip 'strace shows the same calls with addresses, after one or two of libbpf' 'no strace: make test-deps'
fi

# as_many PROGRAM CALL COMMAND: of each call that is printed the kernel saw one
as_many() {
	[ "$(grep -c "^$2(" "$top/lessons/transcripts/$1.txt")" -eq "$(grep -c "^$3 " "$top/lessons/transcripts/$1.bpf.txt")" ]
}
ok 'each bpf_map_create is one BPF_MAP_CREATE, refused or not' as_many 01_create bpf_map_create BPF_MAP_CREATE
ok 'each update is one BPF_MAP_UPDATE_ELEM' as_many 02_update bpf_map_update_elem BPF_MAP_UPDATE_ELEM
ok '  and a close is none' not as_many 01_create close BPF_MAP_CREATE

# exercises_of NUMBERS: how many each lesson from 1 on has
exercises_of() {
	for lesson in "$top"/lessons/0[1-9]-*.md "$top"/lessons/1?-*.md; do
		grep -c 'task.md "exercise")$' "$lesson"
	done | paste -s -d ' ' - | grep -x "$1"
}
ok 'lessons 1 to 6 end with two exercises, lesson 7 with one, and no other with any' exercises_of '2 2 2 2 2 2 1\( 0\)*'
ok '  and another count is seen' not exercises_of '2 2 2 2 2 2 2\( 0\)*'
