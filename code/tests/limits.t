# SPDX-License-Identifier: MIT
# What the lessons and appendices say of limits, of costs and of who may
# do what, each asked of the kernel that runs here.
. "$(dirname "$0")/tap.sh"

need cc pkg-config
need_bpf

cat >"$tmp/limits.c" <<-'END'
	#define _GNU_SOURCE
	#include "tests/asking.h"
	#include <bpf/libbpf.h>
	#include <errno.h>
	#include <fcntl.h>
	#include <linux/bpf.h>
	#include <linux/capability.h>
	#include <sched.h>
	#include <signal.h>
	#include <stdatomic.h>
	#include <stdlib.h>
	#include <sys/mman.h>
	#include <sys/mount.h>
	#include <sys/prctl.h>
	#include <sys/stat.h>
	#include <sys/syscall.h>
	#include <sys/wait.h>
	#include <time.h>
	#include <unistd.h>

	/* Before Linux 6.4 the kernel told what it had been asked for. */
	static int too_old_to_count(void)
	{
		return memlock(create(HASH, 4096, 0)) <= 4096 * 16;
	}

	static double cpu_seconds(clockid_t clock)
	{
		struct timespec t;

		clock_gettime(clock, &t);
		return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
	}

	/* The flag belongs to the descriptor, not to the map. */
	/* What a thousand entries of 8 bytes take. */
	static int array_takes_least(void)
	{
		long array = memlock(create(BPF_MAP_TYPE_ARRAY, 1000, 0));

		return array < 8000 || array >= memlock(create(HASH, 1000, 0)) ||
		       array >= memlock(create(BPF_MAP_TYPE_LRU_HASH, 1000, 0));
	}

	static int each_cpu_counts(void)
	{
		return memlock(create(BPF_MAP_TYPE_PERCPU_ARRAY, 1000, 0)) <
		       8000L * libbpf_num_possible_cpus();
	}

	static int bloom(void)
	{
		int fd = bpf_map_create(BPF_MAP_TYPE_BLOOM_FILTER, "seen", 0, 8, 100, NULL);
		__u64 other = 2;

		return fd < 0 || bpf_map_update_elem(fd, NULL, &value, 0) ||
		       bpf_map_lookup_elem(fd, NULL, &value) ||
		       bpf_map_lookup_elem(fd, NULL, &other) != -ENOENT ||
		       bpf_map_delete_elem(fd, NULL) == 0;
	}

	/* A trie without the flag, or with a key that has no room for an address. */
	static int trie_refuses(void)
	{
		LIBBPF_OPTS(bpf_map_create_opts, lazy, .map_flags = BPF_F_NO_PREALLOC);
		int trie = BPF_MAP_TYPE_LPM_TRIE;

		return bpf_map_create(trie, "rules", 8, 8, 1, NULL) != -EINVAL ||
		       bpf_map_create(trie, "rules", 4, 8, 1, &lazy) != -EINVAL ||
		       bpf_map_create(trie, "rules", 261, 8, 1, &lazy) != -EINVAL ||
		       bpf_map_create(trie, "rules", 5, 8, 1, &lazy) < 0 ||
		       bpf_map_create(trie, "rules", 260, 8, 1, &lazy) < 0;
	}

	/* A map of maps takes maps that are like the first, and no others. */
	static int other_inner_refused(void)
	{
		LIBBPF_OPTS(bpf_map_create_opts, outer,
			    .inner_map_fd = create(BPF_MAP_TYPE_ARRAY, 1, 0));
		int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "tables", 4, 4, 1, &outer);
		int other_type = create(HASH, 1, 0), like = create(BPF_MAP_TYPE_ARRAY, 1, 0);
		int other_size = bpf_map_create(BPF_MAP_TYPE_ARRAY, "a", 4, 16, 1, NULL);
		__u32 first = 0;

		return bpf_map_update_elem(fd, &first, &other_type, 0) != -EINVAL ||
		       bpf_map_update_elem(fd, &first, &other_size, 0) != -EINVAL ||
		       bpf_map_update_elem(fd, &first, &like, 0);
	}

	/* Values of 12 bytes: how far apart they are, and what the map says. */
	static int twelve_bytes(void)
	{
		const int cpus = libbpf_num_possible_cpus();
		int fd = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "twelve", 4, 12, 1, NULL);
		struct bpf_map_info info = { 0 };
		__u32 size = sizeof(info), first = 0;
		const size_t fills = 16 * (size_t)cpus;
		unsigned char *room = malloc(fills + 8);

		memset(room, 0xaa, fills + 8);
		return bpf_obj_get_info_by_fd(fd, &info, &size) || info.value_size != 12 ||
		       bpf_map_lookup_elem(fd, &first, room) || room[fills] != 0xaa ||
		       room[fills - 1] == 0xaa;
	}

	/* Two thousand in a room for one thousand: no update is refused, and at
	   least a thousand are gone. */
	static int lru_forgets_half(void)
	{
		int fd = create(BPF_MAP_TYPE_LRU_HASH, 1000, 0), there = 0;

		for (__u32 k = 0; k < 2000; k++)
			if (bpf_map_update_elem(fd, &k, &value, 0))
				return 1;
		for (__u32 k = 0; k < 2000; k++)
			there += bpf_map_lookup_elem(fd, &k, &value) == 0;
		return there == 0 || there > 1000;
	}

	/* In 32 buckets with 32 entries, some bucket has two. */
	static int bucket_too_large(void)
	{
		__u32 keys[32], next, count = 1;
		__u64 values[32];
		void *from = NULL;
		int fd = create(HASH, 32, 0), err = 0;

		for (__u32 k = 0; k < 32; k++)
			if (bpf_map_update_elem(fd, &k, &value, 0))
				return 1;
		for (; !err; from = &next)
			err = bpf_map_lookup_batch(fd, from, &next, keys, values, &count, NULL);
		return err != -ENOSPC || count != 0;
	}

	/* A batch of updates overwrites: it takes no other flag than F_LOCK. */
	static int batch_flags(void)
	{
		LIBBPF_OPTS(bpf_map_batch_opts, opts, .elem_flags = BPF_NOEXIST);
		__u32 count = 1;

		return bpf_map_update_batch(create(HASH, 4, 0), &key, &value, &count, &opts) != -EINVAL;
	}

	/* What opens a map by its path, as an ordinary user with CAP_BPF: the
	   rights of the file; and a path elsewhere is no pin. */
	static int pins(void)
	{
		LIBBPF_OPTS(bpf_obj_get_opts, look, .file_flags = BPF_F_RDONLY);
		const char *path = "/sys/fs/bpf/limits";
		struct __user_cap_header_struct version = { _LINUX_CAPABILITY_VERSION_3, 0 };
		struct __user_cap_data_struct sets[2] = { { 0 } };
		int fd = create(HASH, 4, 0), status;

		sets[1].effective = sets[1].permitted = 1U << (CAP_BPF - 32);

		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL))
			return 1;
		if (bpf_obj_pin(fd, "/tmp/limits") != -EPERM || bpf_obj_pin(fd, path) ||
		    chmod(path, 0444))
			return 1;
		if (fork() == 0) {
			prctl(PR_SET_KEEPCAPS, 1);
			if (setresuid(65534, 65534, 65534) ||
			    syscall(SYS_capset, &version, sets))
				_exit(1);
			_exit(bpf_obj_get(path) != -EACCES || bpf_obj_get_opts(path, &look) < 0);
		}
		wait(&status);
		return status != 0;
	}

	static int read_only(void)
	{
		struct bpf_map_info info = { 0 };
		__u32 size = sizeof(info);
		int fd = create(HASH, 4, BPF_F_RDONLY), other;

		if (fd < 0 || bpf_map_update_elem(fd, &key, &value, 0) != -EPERM ||
		    bpf_map_lookup_elem(fd, &key, &value) != -ENOENT ||
		    bpf_obj_get_info_by_fd(fd, &info, &size) || info.map_flags)
			return 1;
		other = bpf_map_get_fd_by_id(info.id);
		return other < 0 || bpf_map_update_elem(other, &key, &value, 0) ||
		       bpf_map_lookup_elem(fd, &key, &value);
	}

	/* The buckets round up to a power of two. */
	static int buckets(void)
	{
		long even = memlock(create(HASH, 1 << 16, BPF_F_NO_PREALLOC));
		long more = memlock(create(HASH, (1 << 16) + 1, BPF_F_NO_PREALLOC));

		return even / (1 << 16) != 16 || more / (1 << 16) != 32;
	}

	static int preallocated(void)
	{
		long all = memlock(create(HASH, 4096, 0));

		return all < 10 * memlock(create(HASH, 1, 0)) ||
		       all < 2 * memlock(create(HASH, 4096, BPF_F_NO_PREALLOC));
	}

	static int a_byte_is_eight(void)
	{
		long one = memlock(bpf_map_create(BPF_MAP_TYPE_ARRAY, "a", 4, 1, 1000, NULL));

		return one < 8000 || one != memlock(create(BPF_MAP_TYPE_ARRAY, 1000, 0));
	}

	/* 60 MB in a cgroup that may have 50: argv[2] is its folder. */
	static int in_cgroup(const char *folder)
	{
		char path[256], text[32];
		int file;

		snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
		snprintf(text, sizeof(text), "%d", getpid());
		file = open(path, O_WRONLY);
		if (write(file, text, strlen(text)) < 0)
			return 2;
		return bpf_map_create(HASH, "large", 4, 60, 1000 * 1000, NULL) != -ENOMEM ||
		       create(HASH, 1000, 0) < 0;
	}

	/* dup drops the mark, F_DUPFD_CLOEXEC keeps it. */
	static int close_on_exec(void)
	{
		int fd = create(HASH, 4, 0);

		return !(fcntl(fd, F_GETFD) & FD_CLOEXEC) ||
		       fcntl(dup(fd), F_GETFD) & FD_CLOEXEC ||
		       !(fcntl(fcntl(fd, F_DUPFD_CLOEXEC, 3), F_GETFD) & FD_CLOEXEC);
	}

	/* A descriptor is never 0, 1 or 2, even if these are free. */
	static int above_two(void)
	{
		close(0);
		close(1);
		return create(HASH, 4, 0) < 3;
	}

	/* An outer map waits for the BPF programs, a hash does not. Of 20
	   times the shortest is taken: a busy machine adds to the others. */
	static int outer_waits(void)
	{
		int inner = create(BPF_MAP_TYPE_ARRAY, 1, 0), hash = create(HASH, 4, 0), outer;
		double start, took, plain = 1e9, slow = 1e9;

		LIBBPF_OPTS(bpf_map_create_opts, opts, .inner_map_fd = (__u32)inner);
		outer = bpf_map_create(BPF_MAP_TYPE_HASH_OF_MAPS, "outer", 4, 4, 4, &opts);
		if (outer < 0)
			return 2;
		for (int i = 0; i < 20; i++) {
			start = cpu_seconds(CLOCK_MONOTONIC);
			bpf_map_update_elem(hash, &key, &value, 0);
			took = cpu_seconds(CLOCK_MONOTONIC) - start;
			plain = took < plain ? took : plain;
			start = cpu_seconds(CLOCK_MONOTONIC);
			if (bpf_map_update_elem(outer, &key, &inner, 0))
				return 2;
			took = cpu_seconds(CLOCK_MONOTONIC) - start;
			slow = took < slow ? took : slow;
		}
		return slow < 10 * plain;
	}

	static int outer_gives_an_id(void)
	{
		int inner = create(BPF_MAP_TYPE_ARRAY, 1, 0), outer;
		struct bpf_map_info info = { 0 };
		__u32 size = sizeof(info), id = 0;

		LIBBPF_OPTS(bpf_map_create_opts, opts, .inner_map_fd = (__u32)inner);
		outer = bpf_map_create(BPF_MAP_TYPE_HASH_OF_MAPS, "outer", 4, 4, 4, &opts);
		return bpf_map_update_elem(outer, &key, &inner, 0) ||
		       bpf_map_lookup_elem(outer, &key, &id) ||
		       bpf_obj_get_info_by_fd(inner, &info, &size) || id != info.id;
	}

	/* Four processes add to one number in a mapped array. */
	static int atomics(void)
	{
		int fd = create(BPF_MAP_TYPE_ARRAY, 1, BPF_F_MMAPABLE);
		_Atomic __u64 *count = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (count == MAP_FAILED)
			return 2;
		for (int child = 0; child < 4; child++)
			if (fork() == 0) {
				for (int i = 0; i < 50000; i++)
					atomic_fetch_add(count, 1);
				_exit(0);
			}
		while (wait(NULL) > 0)
			;
		key = 0;
		return bpf_map_lookup_elem(fd, &key, &value) || value != 200000;
	}

	/* Two that read, add one and store: a count is lost in between. */
	static int lost_count(void)
	{
		int fd = create(HASH, 4, 0);
		__u64 mine, yours;

		return bpf_map_update_elem(fd, &key, &value, BPF_ANY) ||
		       bpf_map_lookup_elem(fd, &key, &mine) ||
		       bpf_map_lookup_elem(fd, &key, &yours) || (mine++, yours++, 0) ||
		       bpf_map_update_elem(fd, &key, &mine, BPF_ANY) ||
		       bpf_map_update_elem(fd, &key, &yours, BPF_ANY) ||
		       bpf_map_lookup_elem(fd, &key, &value) || value != 2;
	}

	static double drain(int entries, int step_first)
	{
		int fd = create(HASH, (__u32)entries, 0), err;
		__u32 k, next;
		double start;

		for (k = 0; k < (__u32)entries; k++)
			bpf_map_update_elem(fd, &k, &value, 0);
		start = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
		err = bpf_map_get_next_key(fd, NULL, &next);
		while (!err) {
			k = next;
			if (step_first)
				err = bpf_map_get_next_key(fd, &k, &next);
			bpf_map_delete_elem(fd, &k);
			if (!step_first)
				err = bpf_map_get_next_key(fd, NULL, &next);
		}
		return cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
	}

	/* Over a large map, the wrong order is many times as slow. */
	static int wrong_order_is_slow(void)
	{
		return drain(1 << 16, 0) < 4 * drain(1 << 16, 1);
	}

	/* Of queues, a BPF program may call push, pop and peek only. */
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
			{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0 },
			{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
		};

		if (helper == BPF_FUNC_map_push_elem)
			program[5] = (struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 0 };
		return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "queue", "MIT", program,
				     sizeof(program) / sizeof(*program), NULL);
	}

	static int queue_helpers(void)
	{
		int queue = bpf_map_create(BPF_MAP_TYPE_QUEUE, "queue", 0, 8, 4, NULL);
		int hash = create(HASH, 4, 0);

		return load(queue, BPF_FUNC_map_push_elem) < 0 ||
		       load(queue, BPF_FUNC_map_pop_elem) < 0 ||
		       load(queue, BPF_FUNC_map_peek_elem) < 0 ||
		       load(hash, BPF_FUNC_map_update_elem) < 0 ||
		       load(hash, BPF_FUNC_map_lookup_elem) < 0 ||
		       load(queue, BPF_FUNC_map_update_elem) != -EACCES ||
		       load(queue, BPF_FUNC_map_lookup_elem) != -EACCES ||
		       load(queue, BPF_FUNC_map_delete_elem) != -EACCES;
	}

	/* A delete takes no flag, whatever a page on the web says. */
	static int delete_has_no_flags(void)
	{
		int fd = create(HASH, 4, 0);

		bpf_map_update_elem(fd, &key, &value, BPF_ANY);
		return bpf_map_delete_elem_flags(fd, &key, BPF_EXIST) != -EINVAL ||
		       bpf_map_delete_elem_flags(fd, &key, BPF_F_LOCK) != -EINVAL ||
		       bpf_map_delete_elem_flags(fd, &key, 0) != 0;
	}

	/* BPF_F_CPU, 8: refused as an unknown flag where it is unknown. */
	static int cpu_flag(void)
	{
		int fd = create(BPF_MAP_TYPE_PERCPU_ARRAY, 1, 0);
		__u32 zero = 0;
		int err = bpf_map_update_elem(fd, &zero, &value, 8);

		return err != 0 && err != -EINVAL;
	}

	/* 10.0.0.0/8 and 10.1.0.0/16: which one comes first? */
	static int longest_first(void)
	{
		struct { __u32 length; unsigned char address[4]; } prefix = { 8, { 10 } };
		LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
		int fd = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "lpm", 8, 8, 4, &opts);

		bpf_map_update_elem(fd, &prefix, &value, BPF_ANY);
		prefix.length = 16;
		prefix.address[1] = 1;
		bpf_map_update_elem(fd, &prefix, &value, BPF_ANY);
		return bpf_map_get_next_key(fd, NULL, &prefix) || prefix.length != 16 ||
		       bpf_map_get_next_key(fd, &prefix, &prefix) || prefix.length != 8 ||
		       bpf_map_get_next_key(fd, &prefix, &prefix) != -ENOENT;
	}

	/* A list for each CPU wants room that can be divided. */
	static int adjusted(void)
	{
		struct bpf_map_info info = { 0 };
		__u32 size = sizeof(info), cpus = (__u32)libbpf_num_possible_cpus();
		int fd = create(BPF_MAP_TYPE_LRU_HASH, 10 * cpus + 1, BPF_F_NO_COMMON_LRU);

		return bpf_obj_get_info_by_fd(fd, &info, &size) ||
		       info.max_entries != (cpus == 1 ? 11 : 11 * cpus);
	}

	/* Four write to an LRU hash with room for one. */
	static int lru_without_memory(void)
	{
		int fd = create(BPF_MAP_TYPE_LRU_HASH, 1, 0), status, refused = 0;

		for (__u32 child = 0; child < 4; child++)
			if (fork() == 0) {
				for (int i = 0; i < 4000000; i++) {
					__u32 k = child + 4 * (__u32)i;
					if (bpf_map_update_elem(fd, &k, &value, BPF_ANY) == -ENOMEM)
						_exit(1);
				}
				_exit(0);
			}
		while (wait(&status) > 0)
			refused |= WIFEXITED(status) && WEXITSTATUS(status) == 1;
		return !refused;
	}

	int main(int argc, char **argv)
	{
		static const struct fact facts[] = {
			{ "read_only", read_only }, { "pins", pins }, { "bloom", bloom }, { "array_takes_least", array_takes_least },
			{ "each_cpu_counts", each_cpu_counts }, { "batch_flags", batch_flags },
			{ "bucket_too_large", bucket_too_large }, { "buckets", buckets },
			{ "preallocated", preallocated }, { "a_byte_is_eight", a_byte_is_eight },
			{ "close_on_exec", close_on_exec }, { "above_two", above_two },
			{ "outer_waits", outer_waits }, { "outer_gives_an_id", outer_gives_an_id },
			{ "atomics", atomics }, { "lost_count", lost_count },
			{ "wrong_order_is_slow", wrong_order_is_slow },
			{ "queue_helpers", queue_helpers },
			{ "longest_first", longest_first }, { "adjusted", adjusted },
			{ "lru_without_memory", lru_without_memory },
			{ "trie_refuses", trie_refuses }, { "other_inner_refused", other_inner_refused },
			{ "twelve_bytes", twelve_bytes }, { "lru_forgets_half", lru_forgets_half },
			{ "delete_has_no_flags", delete_has_no_flags }, { "cpu_flag", cpu_flag },
			{ NULL, NULL },
		};

		if (!strcmp(argv[1], "too_old_to_count"))
			return !too_old_to_count();
		if (!strcmp(argv[1], "in_cgroup"))
			return in_cgroup(argv[2]);
		return ask(facts, argv[1]);
	}
END

ok 'the program that asks is built' build limits

ok 'BPF_F_RDONLY limits the descriptor and not the map' "$tmp/limits" read_only
ok 'a trie refuses a key of 4 bytes, or of 261, or without its flag' "$tmp/limits" trie_refuses
ok 'a map of maps takes no other type or size' "$tmp/limits" other_inner_refused
ok 'an LRU hash for a thousand forgets a thousand of two' "$tmp/limits" lru_forgets_half
ok 'values of 12 bytes are 16 bytes apart' "$tmp/limits" twelve_bytes
if [ "$(id -u)" -eq 0 ]; then
	ok 'a pin is opened by who may read and write its file, or read it' "$tmp/limits" pins
else
	skip 'a pin is opened by who may read and write its file' 'it takes root to be somebody else: sudo make test'
fi
ok 'a bucket that does not fit is refused' "$tmp/limits" bucket_too_large
ok 'a batch of updates has no BPF_NOEXIST' "$tmp/limits" batch_flags
# memory DESCRIPTION NAME: what a map takes
memory() {
	if "$tmp/limits" too_old_to_count; then
		skip "$1" 'this kernel is too old to count the memory of a map'
	else
		ok "$1" "$tmp/limits" "$2"
	fi
}
memory "a hash's buckets take 16 to 32 bytes an entry" buckets
memory 'a hash takes its memory at once' preallocated
memory 'an array takes the least' array_takes_least
memory 'a per-CPU map takes its size for each CPU' each_cpu_counts
ok 'a bloom filter keeps no values and forgets nothing' "$tmp/limits" bloom
memory 'a value of one byte takes eight' a_byte_is_eight
ok 'a descriptor is closed by exec, and a copy by dup is not' "$tmp/limits" close_on_exec
ok 'a descriptor is never 0, 1 or 2' "$tmp/limits" above_two
ok 'an update in a map of maps waits' "$tmp/limits" outer_waits
ok 'a lookup in a map of maps gives an id' "$tmp/limits" outer_gives_an_id
ok 'a mapped array counts exactly' "$tmp/limits" atomics
ok 'two that read, add and store lose a count' "$tmp/limits" lost_count
ok 'to drain a large map from its first key is many times as slow' "$tmp/limits" wrong_order_is_slow
ok 'a BPF program that updates a queue by the wrong helper is not loaded' "$tmp/limits" queue_helpers
ok 'a delete refuses every flag' "$tmp/limits" delete_has_no_flags
ok 'BPF_F_CPU is 8, and refused where it is not known' "$tmp/limits" cpu_flag

ok 'an LPM trie hands out the longest prefix first' "$tmp/limits" longest_first
ok 'an LRU hash with a list for each CPU is rounded up' "$tmp/limits" adjusted

if [ "$(nproc)" -gt 1 ]; then
	ok 'an LRU hash can answer ENOMEM when many write at once' "$tmp/limits" lru_without_memory
else
	skip 'what happens when two write at once' 'this machine has one CPU'
fi

if limited; then
	ok 'a map larger than its cgroup may have is ENOMEM' "$tmp/limits" in_cgroup "$cgroup"
else
	skip 'a map larger than its cgroup may have is ENOMEM' 'this takes a cgroup of its own: run make test as root'
fi

plant 's/slow < 10 \* plain/slow > plain/; s/ != 200000/ == 200000/' "$tmp/limits.c"
ok 'a program that asks for the contrary is built' build limits
ok 'a fact that does not hold does not pass' not "$tmp/limits" outer_waits
ok '  nor another one' not "$tmp/limits" atomics

done_testing
