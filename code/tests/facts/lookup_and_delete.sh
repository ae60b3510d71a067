# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # facts.t sources this, and has what it calls

# names_of NUMBER: the errnos of errno.h with this number
names_of() {
	cc -E -dM -include errno.h -x c /dev/null | grep -E "^#define E[A-Z0-9]+ $1\$"
}
ok 'errno.h has no name for 524' not names_of 524
ok '  and has one for 95' names_of 95

# since_the_first CALL: the library says which of its versions had it first
since_the_first() {
	objdump -T "$(pkg-config --variable=libdir libbpf)/libbpf.so" | grep -E "LIBBPF_0\.0\.1 +$1\$"
}
for call in bpf_map_update_elem bpf_map_lookup_elem bpf_map_lookup_and_delete_elem bpf_map_delete_elem bpf_map_get_next_key; do
	ok "the first libbpf had $call" since_the_first "$call"
done
ok '  and not bpf_map_delete_elem_flags' not since_the_first bpf_map_delete_elem_flags

# Ten workers and a queue of 1000 jobs: how often is each one done?
cat >"$tmp/jobs.c" <<-'END'
	#include <bpf/bpf.h>
	#include <stdatomic.h>
	#include <sys/mman.h>
	#include <sys/wait.h>
	#include <unistd.h>
	int main(int argc, char **argv)
	{
		int fd = bpf_map_create(BPF_MAP_TYPE_QUEUE, "jobs", 0, 4, 1000, NULL);
		atomic_int *done = mmap(NULL, 4000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		unsigned job, other;

		for (job = 0; job < 1000; job++)
			if (bpf_map_update_elem(fd, NULL, &job, BPF_ANY))
				return 2;
		for (int worker = 0; worker < 10; worker++)
			if (fork() == 0) {
				/* "peek": look, and then take, in two steps */
				while (argc == 1 ? !bpf_map_lookup_and_delete_elem(fd, NULL, &job) :
						   !bpf_map_lookup_elem(fd, NULL, &job) && (usleep(1), 1) &&
						   !bpf_map_lookup_and_delete_elem(fd, NULL, &other))
					done[job]++;
				_exit(0);
			}
		while (wait(NULL) > 0)
			;
		for (job = 0; job < 1000; job++)
			if (done[job] != 1)
				return 1;
		return 0;
	}
END
build jobs
ok 'ten that pop from a queue do each job once' "$tmp/jobs"
ok '  and not if they peek, and then pop' not "$tmp/jobs" peek

# What a lookup leaves in the variable. The value has 64 bytes, of which
# the last 32 would lie where nobody may write.
cat >"$tmp/keeps.c" <<-'END'
	#include <bpf/bpf.h>
	#include <errno.h>
	#include <fcntl.h>
	#include <string.h>
	#include <sys/mman.h>
	#include <unistd.h>
	int main(int argc, char **argv)
	{
		LIBBPF_OPTS(bpf_map_create_opts, write_only, .map_flags = BPF_F_WRONLY);
		int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "keeps", 4, 64, 1, NULL);
		int queue = bpf_map_create(BPF_MAP_TYPE_QUEUE, "keeps", 0, 64, 1, NULL);
		int blind = bpf_map_create(BPF_MAP_TYPE_HASH, "keeps", 4, 64, 1, &write_only);
		long page = sysconf(_SC_PAGESIZE);
		char value[64], before[64], *end;
		__u32 key = 1, absent = 2;

		memset(value, 1, 64);
		if (bpf_map_update_elem(fd, &key, value, BPF_ANY) || bpf_map_update_elem(blind, &key, value, BPF_ANY) ||
		    bpf_map_update_elem(queue, NULL, value, BPF_ANY))
			return 2;
		memset(value, 7, 64);
		memset(before, 7, 64);
		if (bpf_map_lookup_elem(fd, &absent, value) != -ENOENT ||
		    bpf_map_lookup_elem(-1, &key, value) != -EBADF ||
		    bpf_map_lookup_elem(open("/dev/null", O_RDONLY), &key, value) != -EINVAL ||
		    bpf_map_lookup_elem(queue, &key, value) != -EINVAL ||
		    bpf_map_lookup_elem(blind, &key, value) != -EPERM ||
		    (argc > 1 && bpf_map_lookup_elem(fd, &key, value)) || memcmp(value, before, 64))
			return 1;
		end = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + page;
		mprotect(end, page, PROT_NONE);
		memset(end - 32, 7, 32);
		return bpf_map_lookup_elem(fd, &key, end - 32) != -EFAULT || end[-32] != 1;
	}
END
build keeps
ok 'a lookup that fails leaves the variable as it was, except with EFAULT' "$tmp/keeps"
ok '  and one that succeeds is seen' not "$tmp/keeps" found

# Another process stores values, each of equal bytes. Is one seen that is
# of two?
cat >"$tmp/torn.c" <<-'END'
	#include <bpf/bpf.h>
	#include <signal.h>
	#include <stdlib.h>
	#include <string.h>
	#include <sys/wait.h>
	#include <unistd.h>
	int main(int argc, char **argv)
	{
		static char value[8192] __attribute__((aligned(8)));
		int type = *argv[1] == 'a' ? BPF_MAP_TYPE_ARRAY : BPF_MAP_TYPE_HASH;
		int size = atoi(argv[2]), most = atoi(argv[3]), batch = argc > 4, torn = 0;
		int fd = bpf_map_create(type, "torn", 4, size, 1, NULL);
		__u32 zero = 0, key, cursor, count;
		pid_t writer;

		if (fd < 0 || bpf_map_update_elem(fd, &zero, value, BPF_ANY))
			return 2;
		writer = fork();
		if (writer == 0)
			for (;;) {
				memset(value, ~value[0], size);
				bpf_map_update_elem(fd, &zero, value, BPF_ANY);
			}
		while (!torn && most-- > 0) {
			count = 1;
			if (batch)
				bpf_map_lookup_batch(fd, NULL, &cursor, &key, value, &count, NULL);
			else
				bpf_map_lookup_elem(fd, &zero, value);
			torn = memcmp(value, value + 1, size - 1) != 0;
		}
		kill(writer, SIGKILL);
		waitpid(writer, NULL, 0);
		return torn;
	}
END
build torn
if [ "$(nproc)" -gt 1 ]; then
	ok 'a number of 8 bytes arrives whole from an array' "$tmp/torn" array 8 300000
	ok '  and from a hash' "$tmp/torn" hash 8 300000
	ok '  and 64 bytes of an array do not always' not "$tmp/torn" array 64 5000000
	ok 'a large value of an array can be copied half old and half new' not "$tmp/torn" array 8192 2000000
	ok 'bpf_map_lookup_batch copies one of a hash whole' "$tmp/torn" hash 8192 20000 batch
	ok '  and does not lock an array' not "$tmp/torn" array 8192 2000000 batch
else
	skip 'what a lookup sees while another process writes' 'this machine has one CPU'
fi

# A value with a lock: a lookup and a take under it.
cat >"$tmp/lock.bpf.c" <<-'END'
	#include <linux/bpf.h>
	#include <bpf/bpf_helpers.h>
	struct value {
		struct bpf_spin_lock lock;
		__u32 n;
	};
	struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, 4);
		__type(key, __u32);
		__type(value, struct value);
	} locked SEC(".maps");
END
cat >"$tmp/lock.c" <<-'END'
	#include <bpf/bpf.h>
	#include <bpf/libbpf.h>
	#include <errno.h>
	int main(int argc, char **argv)
	{
		struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
		struct { __u32 lock, n; } value = { 0, 5 }, copy = { 0, 0 };
		__u32 key = 1;
		int fd, err;

		if (!object || bpf_object__load(object))
			return 2;
		fd = bpf_object__find_map_fd_by_name(object, "locked");
		if (bpf_map_update_elem(fd, &key, &value, BPF_F_LOCK) ||
		    bpf_map_lookup_elem_flags(fd, &key, &copy, BPF_F_LOCK) || copy.n != 5)
			return 1;
		copy.n = 0;
		err = bpf_map_lookup_and_delete_elem_flags(fd, &key, &copy, BPF_F_LOCK);
		/* Linux 5.13 and before: no take from a hash */
		return err != -524 && (err || copy.n != 5 ||
		       bpf_map_lookup_elem_flags(fd, &key, &copy, BPF_F_LOCK) != -ENOENT);
	}
END
if command -v clang >/dev/null 2>&1; then
	build lock
	ok 'clang compiles a map with a lock in its values' clang -g -O2 -target bpf \
		-I"/usr/include/$(uname -m)-linux-gnu" -c "$tmp/lock.bpf.c" -o "$tmp/lock.bpf.o"
	ok 'a lookup and a take know BPF_F_LOCK' "$tmp/lock" "$tmp/lock.bpf.o"
else
	skip 'a lookup and a take know BPF_F_LOCK' 'no clang: make test-deps'
fi

# BPF_F_CPU, 8: one CPU's value, since Linux 7.0.
cat >"$tmp/one_cpu.c" <<-'END'
	#define _GNU_SOURCE
	#include <bpf/bpf.h>
	#include <errno.h>
	#include <string.h>
	#include <sys/utsname.h>
	int main(void)
	{
		int fd = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "cpu", 4, 8, 1, NULL);
		__u64 values[2] = { 7, 7 };
		struct utsname kernel;
		__u32 zero = 0;
		int err = bpf_map_lookup_elem_flags(fd, &zero, values, 8);

		uname(&kernel);
		return fd < 0 || values[1] != 7 ||
		       (strverscmp(kernel.release, "7.0") < 0 ? err != -EINVAL || values[0] != 7
							      : err || values[0]);
	}
END
build one_cpu
ok 'a lookup knows BPF_F_CPU since Linux 7.0' "$tmp/one_cpu"

# Lesson 4, "Try it": somebody else deletes the pass after the lookup.
second_door() {
	name=passes$$
	changed 04_lookup_and_delete "s/\"passes\"/\"$name\"/
		s/#include <unistd.h>/&\n#include <stdlib.h>/
		/One pass, one visit/i EXPECT(bpf_map_lookup_elem(map, \\&pass, \\&guest), 0); EXPECT(system(\"bpftool map $1 name $name key 7 0 0 0 >\&2\"), 0);
		s/SINCE(5.14, 0, -ENOTSUPP)/SINCE(5.14, -ENOENT, -ENOTSUPP)/; s/EXPECT(guest, SINCE(5.14, ann, 0))/EXPECT(guest, ann)/"
}
PATH=$PATH:/usr/sbin
if [ "$(id -u)" -eq 0 ] && command -v bpftool >/dev/null 2>&1; then
	ok 'a pass that bpftool has deleted is ENOENT for the take' second_door delete
	ok '  and one that bpftool has only looked up is not' not second_door lookup
else
	skip 'a pass that bpftool has deleted is ENOENT for the take' 'it takes bpftool and root: sudo make test'
fi

# A delete in a map of maps waits. Of 20 times the shortest is taken.
cat >"$tmp/waits.c" <<-'END'
	#include <bpf/bpf.h>
	#include <time.h>
	static double now(void)
	{
		struct timespec t;

		clock_gettime(CLOCK_MONOTONIC, &t);
		return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
	}
	int main(int argc, char **argv)
	{
		int inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "inner", 4, 8, 1, NULL);
		LIBBPF_OPTS(bpf_map_create_opts, opts, .inner_map_fd = inner);
		int outer = argc > 1 ? bpf_map_create(BPF_MAP_TYPE_HASH, "hash", 4, 4, 4, NULL) :
				       bpf_map_create(BPF_MAP_TYPE_HASH_OF_MAPS, "outer", 4, 4, 4, &opts);
		double shortest = 1, took;
		__u32 key = 1;

		for (int i = 0; i < 20; i++) {
			if (bpf_map_update_elem(outer, &key, &inner, BPF_ANY))
				return 2;
			took = now();
			if (bpf_map_delete_elem(outer, &key))
				return 2;
			took = now() - took;
			shortest = took < shortest ? took : shortest;
		}
		return shortest < 0.0002;
	}
END
build waits
ok 'a delete in a map of maps waits' "$tmp/waits"
ok '  and one in a hash does not' not "$tmp/waits" hash

# The padding of an initializer, in memory that was full of ones.
cat >"$tmp/padding.c" <<-'END'
	#include <string.h>
	#include <stdint.h>
	struct flow { uint32_t host; uint16_t port; };
	static unsigned char seen[8];
	volatile uint32_t host = 10;
	volatile uint16_t port = 443;
	__attribute__((noinline)) void look(const void *key)
	{
		memcpy(seen, key, 8);
		__asm__ volatile("" ::: "memory");
	}
	__attribute__((noinline)) void soil(void)
	{
		volatile unsigned char stack[512];
		for (int i = 0; i < 512; i++)
			stack[i] = 0xff;
	}
	__attribute__((noinline)) void find(uint32_t h, uint16_t p)
	{
		/* Or clang makes room with a push, which writes. */
		volatile unsigned char room[64];
	#ifdef ZEROED
		struct flow flow;
		memset(&flow, 0, sizeof(flow));
		flow.host = h;
		flow.port = p;
	#else
		struct flow flow = { .host = h, .port = p };
	#endif
		look(&flow);
		room[0] = 0;
	}
	/* Its own stack lies where soil() was at work. */
	__attribute__((noinline)) void deeper(void)
	{
		volatile unsigned char stack[64];
		stack[0] = 0;
		find(host, port);
		stack[1] = 0;
	}
	int main(void)
	{
		soil();
		deeper();
		return seen[6] || seen[7];
	}
END
# zeroed COMPILER FLAG...: it has zeroed the padding
zeroed() {
	"$@" -w -O1 -o "$tmp/padding" "$tmp/padding.c" || return 0
	"$tmp/padding"
}
for compiler in gcc clang; do
	case $compiler-$($compiler -dumpversion 2>/dev/null) in
	gcc-12* | gcc-13* | gcc-14* | clang-14*) ok "$compiler leaves the padding of an initializer as it was" not zeroed $compiler ;;
	gcc-1[6-9]*) ok "$compiler zeroes the padding of an initializer" zeroed $compiler ;;
	*) continue ;;
	esac
	ok '  and memset zeroes it' zeroed $compiler -DZEROED
done

# Lesson 5: no room by a delete that finds nothing; zeros by BPF_ANY.
ok 'a delete that finds nothing makes no room' changed 05_delete \
	'/makes room/,/close/{s/delete_elem(map, &ann), 0/delete_elem(map, \&cid), -ENOENT/; s/BPF_NOEXIST), 0/BPF_NOEXIST), -E2BIG/}'
ok '  and the third session is not let in' not changed 05_delete \
	'/makes room/,/close/s/delete_elem(map, &ann), 0/delete_elem(map, \&cid), -ENOENT/'
ok 'BPF_ANY clears an entry of an array' changed 05_delete 's/&zero, BPF_EXIST/\&zero, BPF_ANY/'

# Lesson 3: an entry is deleted, and its memory is another's at once. Is a
# byte of the other value seen under the first key?
cat >"$tmp/reused.c" <<-'END'
	#include <bpf/bpf.h>
	#include <signal.h>
	#include <string.h>
	#include <sys/wait.h>
	#include <unistd.h>
	int main(int argc, char **argv)
	{
		static char value[8192], other[8192];
		int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "reused", 4, 8192, 1, NULL);
		int most = argc > 1 ? 200000 : 5000000, seen = 0;
		__u32 key = 1, another = 2;
		pid_t writer;

		memset(value, 1, sizeof(value));
		memset(other, argc > 1 ? 1 : 2, sizeof(other));
		writer = fork();
		if (writer == 0)
			for (;;) {
				bpf_map_update_elem(fd, &key, value, BPF_ANY);
				bpf_map_delete_elem(fd, &key);
				bpf_map_update_elem(fd, &another, other, BPF_ANY);
				bpf_map_delete_elem(fd, &another);
			}
		while (!seen && most-- > 0)
			seen = bpf_map_lookup_elem(fd, &key, value) == 0 && memchr(value, 2, sizeof(value));
		kill(writer, SIGKILL);
		waitpid(writer, NULL, 0);
		return !seen;
	}
END
build reused
if [ "$(nproc)" -gt 1 ]; then
	ok "a lookup in a hash can bring bytes of another key's value" "$tmp/reused"
	ok '  and it is seen if both values are the same' not "$tmp/reused" same
else
	skip "a lookup in a hash can bring bytes of another key's value" 'this machine has one CPU'
fi
