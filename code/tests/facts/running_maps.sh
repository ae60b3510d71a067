# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # facts.t sources this, and has what it calls

# Lesson 9: ids and pins. Lessons 11 and 12: a flag, a walk, batches.
cat >"$tmp/many.c" <<-'END'
	#define _GNU_SOURCE
	#include "tests/asking.h"
	#include <bpf/libbpf.h>
	#include <errno.h>
	#include <linux/capability.h>
	#include <sched.h>
	#include <stdlib.h>
	#include <sys/mount.h>
	#include <sys/prctl.h>
	#include <sys/stat.h>
	#include <sys/syscall.h>
	#include <sys/utsname.h>
	#include <sys/wait.h>
	#include <unistd.h>

	static __u32 keys[64], cursor, count;
	static __u64 values[64];

	static int since(int major, int minor)
	{
		struct utsname name;
		int is[2] = { 0 };

		uname(&name);
		sscanf(name.release, "%d.%d", &is[0], &is[1]);
		return is[0] > major || (is[0] == major && is[1] >= minor);
	}

	static int filled(int entries)
	{
		int fd = bpf_map_create(HASH, "many", 4, 8, entries, NULL);

		for (__u32 k = 0; k < (__u32)entries; k++)
			bpf_map_update_elem(fd, &k, &value, 0);
		return fd;
	}

	static __u32 id_of(int fd)
	{
		struct bpf_map_info info = { 0 };
		__u32 size = sizeof(info);

		return bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
	}

	/* Three maps of one name, of two types and two sizes: a walk over
	   the ids meets each once. */
	static int ids(void)
	{
		int fds[] = { bpf_map_create(HASH, "twin", 4, 8, 4, NULL),
			      bpf_map_create(HASH, "twin", 4, 4, 4, NULL),
			      bpf_map_create(BPF_MAP_TYPE_ARRAY, "twin", 4, 8, 4, NULL) };
		int met = 0, err;
		__u32 id = 0;

		while ((err = bpf_map_get_next_id(id, &id)) == 0)
			for (int i = 0; i < 3; i++)
				if (id == id_of(fds[i])) {
					int fd = bpf_map_get_fd_by_id(id);

					met += fd >= 0 && id_of(fd) == id;
					close(fd);
				}
		return err != -ENOENT || met != 3;
	}

	/* The id of a map that is gone leads to the next one. */
	static int gone_id(void)
	{
		int fd = filled(1), later = filled(1);
		__u32 id = id_of(fd), next = 0;

		close(fd);
		for (int i = 0; i < 1000 && (fd = bpf_map_get_fd_by_id(id)) != -ENOENT; i++) {
			close(fd);
			usleep(10000);
		}
		return fd != -ENOENT || bpf_map_get_next_id(id, &next) || next <= id ||
		       next > id_of(later);
	}

	static int pinned(const char *path, int mode)
	{
		int fd = filled(4);

		return unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		       mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL) || bpf_obj_pin(fd, path) ||
		       chmod(path, mode);
	}

	static int write_only(void)
	{
		const char *path = "/sys/fs/bpf/facts";
		LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = BPF_F_WRONLY);
		int fd;

		if (pinned(path, 0600) || (fd = bpf_obj_get_opts(path, &opts)) < 0)
			return 2;
		opts.file_flags = BPF_F_RDONLY | BPF_F_WRONLY;
		return bpf_map_update_elem(fd, &key, &value, 0) ||
		       bpf_map_lookup_elem(fd, &key, &value) != -EPERM ||
		       bpf_obj_get_opts(path, &opts) != -EINVAL;
	}

	/* opens(CAPABILITY): what bpf_obj_get answers to an ordinary user with
	   this capability, or with none */
	static int opens(int capability)
	{
		struct __user_cap_header_struct version = { _LINUX_CAPABILITY_VERSION_3, 0 };
		struct __user_cap_data_struct sets[2] = { { 0 } };
		const char *path = "/sys/fs/bpf/facts";
		int status, fd;

		if (capability)
			sets[1].effective = sets[1].permitted = 1U << (capability - 32);
		if (pinned(path, 0666))
			return 1;
		if (fork() == 0) {
			prctl(PR_SET_KEEPCAPS, 1);
			if (setresuid(65534, 65534, 65534) || syscall(SYS_capset, &version, sets))
				_exit(255);
			fd = bpf_obj_get(path);
			_exit(fd < 0 ? -fd : 0);
		}
		wait(&status);
		return WEXITSTATUS(status);
	}

	static int pin_by_cap_bpf(void)
	{
		return opens(CAP_BPF);
	}

	static int pin_by_nobody(void)
	{
		return opens(0) != (since(5, 19) ? 0 : EPERM);
	}

	/* A walk over 32 entries, for trace_calls. */
	static int walk(void)
	{
		int fd = filled(32), visits = 0;
		__u32 *previous = NULL, k;

		while (bpf_map_get_next_key(fd, previous, &k) == 0) {
			visits += bpf_map_lookup_elem(fd, &k, &value) == 0;
			previous = &k;
		}
		return visits != 32;
	}

	/* In portions, and each entry is deleted after it was read. */
	static int batch_and_delete(void)
	{
		int fd = filled(1000), err = 0, read = 0, portions = 0;
		char seen[1000] = { 0 };
		void *from = NULL;

		for (; !err; from = &cursor) {
			count = 64;
			err = bpf_map_lookup_batch(fd, from, &cursor, keys, values, &count, NULL);
			for (__u32 i = 0; i < count; i++) {
				read++;
				seen[keys[i]] = 1;
				bpf_map_delete_elem(fd, &keys[i]);
			}
			portions += !err;
		}
		return err != -ENOENT || read != 1000 || portions < 10 || memchr(seen, 0, 1000) ||
		       bpf_map_get_next_key(fd, NULL, &key) != -ENOENT;
	}

	/* What stands in count after errors: 0, or what was passed. */
	static int count_after(int fd, void *into, __u32 flags, int answer, __u32 left)
	{
		LIBBPF_OPTS(bpf_map_batch_opts, opts, .elem_flags = flags);
		int err;

		count = 7;
		err = bpf_map_lookup_batch(fd, NULL, &cursor, into, values, &count, &opts);
		return err != answer || count != left;
	}

	static int counts(void)
	{
		LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_WRONLY);

		return count_after(filled(4), NULL, 0, -EFAULT, 0) ||
		       count_after(filled(4), keys, 1U << 31, -EINVAL, 7) ||
		       count_after(-1, keys, 0, -EBADF, 7) ||
		       count_after(bpf_map_create(HASH, "a", 4, 8, 4, &opts), keys, 0, -EPERM, 7) ||
		       count_after(bpf_map_create(BPF_MAP_TYPE_QUEUE, "a", 0, 8, 4, NULL), keys, 0, -524, 7);
	}

	/* How many bytes of a cursor are written. */
	static int cursor_bytes(int type, int key_size)
	{
		LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = type == HASH ? 0 : BPF_F_NO_PREALLOC);
		int fd = bpf_map_create(type, "cursor", key_size, 8, 40, &opts), n = 32;
		unsigned char one[32] = { 32 }, place[32], room[40 * 32];

		for (int i = 1; i <= 40; i++) {
			one[type == HASH ? 0 : 4] = i;
			if (bpf_map_update_elem(fd, one, &value, 0))
				return -1;
		}
		memset(place, 0xaa, sizeof(place));
		count = 20;
		if (bpf_map_lookup_batch(fd, NULL, place, room, values, &count, NULL))
			return since(5, 13) ? -1 : key_size;
		while (n && place[n - 1] == 0xaa)
			n--;
		return n;
	}

	static int cursors(void)
	{
		return cursor_bytes(HASH, 1) != 4 || cursor_bytes(HASH, 16) != 4 ||
		       cursor_bytes(BPF_MAP_TYPE_LPM_TRIE, 20) != 20;
	}

	/* BPF_F_CPU, 8, and the number of the CPU in the upper half. */
	static int one_cpu(void)
	{
		int fd = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "one", 4, 8, 1, NULL);
		const int cpus = libbpf_num_possible_cpus();
		const __u64 last = (__u64)(cpus - 1) << 32 | 8;
		__u64 *all = calloc(cpus, 8), sum = 0;
		__u32 zero = 0;
		int err;

		value = 5;
		err = bpf_map_update_elem(fd, &zero, &value, last);
		if (!since(7, 0))
			return err != -EINVAL || bpf_map_lookup_elem_flags(fd, &zero, all, last) != -EINVAL;
		value = 0;
		if (err || bpf_map_lookup_elem_flags(fd, &zero, &value, last) || value != 5 ||
		    bpf_map_lookup_elem(fd, &zero, all))
			return 1;
		for (int cpu = 0; cpu < cpus; cpu++)
			sum += all[cpu];
		return sum != 5 || all[cpus - 1] != 5;
	}

	/* elem_flags of a batch: BPF_F_CPU in a per-CPU map, since 7.0. */
	static int batch_cpu(void)
	{
		LIBBPF_OPTS(bpf_map_batch_opts, opts, .elem_flags = 8);
		int fd = bpf_map_create(BPF_MAP_TYPE_PERCPU_HASH, "one", 4, 8, 4, NULL), err;

		keys[0] = 0;
		count = 1;
		err = bpf_map_update_batch(fd, keys, values, &count, &opts);
		if (!since(7, 0))
			return err != -EINVAL;
		count = 4;
		return err || bpf_map_lookup_batch(fd, NULL, &cursor, keys, values, &count, &opts) != -ENOENT ||
		       count != 1;
	}

	/* One value's room for a lookup that writes one for each CPU. */
	static int small(void)
	{
		int fd = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "small", 4, 4, 1, NULL);
		__u32 zero = 0, *one = malloc(4);
		int err = bpf_map_lookup_elem(fd, &zero, one);

		free(one);
		return err;
	}

	/* What bpftool prints of a map without types. */
	static int dump(void)
	{
		char command[64];

		snprintf(command, sizeof(command), "bpftool map dump id %u", id_of(filled(1)));
		return system(command);
	}

	static int cpus(void)
	{
		printf("%d\n", libbpf_num_possible_cpus());
		return 0;
	}

	int main(int argc, char **argv)
	{
		static const struct fact facts[] = {
			{ "ids", ids }, { "gone_id", gone_id }, { "write_only", write_only },
			{ "pin_by_cap_bpf", pin_by_cap_bpf }, { "pin_by_nobody", pin_by_nobody },
			{ "walk", walk }, { "batch_and_delete", batch_and_delete },
			{ "counts", counts }, { "cursors", cursors }, { "one_cpu", one_cpu },
			{ "batch_cpu", batch_cpu }, { "small", small }, { "cpus", cpus }, { "dump", dump },
			{ NULL, NULL },
		};

		return ask(facts, argv[1]);
	}
END
build many
many=$tmp/many

ok 'a walk over the ids meets every map, also three of one name' "$many" ids
ok 'the id of a map that is gone leads to the next one' "$many" gone_id
if [ "$(id -u)" -eq 0 ]; then
	ok 'a pin that is opened with BPF_F_WRONLY can be written and not read' "$many" write_only
	ok 'with CAP_BPF and its rights, a pin is opened' "$many" pin_by_cap_bpf
	ok 'with its rights alone, a pin is opened since Linux 5.19' "$many" pin_by_nobody
else
	skip 'what opens a pin' 'it takes root to be somebody else: sudo make test'
fi

# calls COUNT WORD FACT: so many lines of that word in its trace
calls() {
	"$code/tools/trace_calls" "$many" "$3" >"$tmp/trace" &&
		[ "$(grep -cE "^$2 " "$tmp/trace")" -eq "$1" ]
}
ok 'a walk over 32 entries is 65 calls' calls 65 'BPF_MAP_(GET_NEXT_KEY|LOOKUP_ELEM)' walk
ok '  and not 64' not calls 64 'BPF_MAP_(GET_NEXT_KEY|LOOKUP_ELEM)' walk
ok 'read in batches, each entry comes once, although each is deleted then' "$many" batch_and_delete
ok 'after an error of a batch, count is 0 or as it was' "$many" counts
ok 'the cursor of a hash has 4 bytes, that of a trie key_size' "$many" cursors
ok 'BPF_F_CPU names one CPU since Linux 7.0, and is EINVAL before' "$many" one_cpu
ok 'a batch takes BPF_F_CPU since Linux 7.0, and not before' "$many" batch_cpu

# The file that says which CPUs are possible: here it is not there.
unreadable() {
	unshare -m sh -c 'mount -t tmpfs none /sys/devices/system/cpu && "$1" cpus' - "$many" 2>"$tmp/err"
}
at_least_one() {
	[ "$("$many" cpus)" -ge 1 ]
}
no_file() {
	[ "$(unreadable)" = -2 ]
}
ok 'the number of possible CPUs is at least 1' at_least_one
if [ "$(id -u)" -eq 0 ]; then
	ok 'without its file, libbpf_num_possible_cpus returns -ENOENT' no_file
else
	skip 'without its file, libbpf_num_possible_cpus returns -ENOENT' 'it takes root to hide a file: sudo make test'
fi

# What a lookup in a per-CPU map writes past one value, no tool sees.
sanitized() {
	bpf_cc cc -w -g -std=gnu11 -fsanitize=address -o "$tmp/asan" "$tmp/many.c" && "$tmp/asan" small
}
under_valgrind() {
	valgrind -q --log-file="$tmp/valgrind" "$many" small && ! grep -F 'bpf(attr->value)' "$tmp/valgrind"
}
ok '-fsanitize=address does not see what a per-CPU lookup overwrites' sanitized
if command -v valgrind >/dev/null 2>&1; then
	ok 'nor does valgrind, which takes the size that the map tells' under_valgrind
else
	skip 'nor does valgrind, which takes the size that the map tells' 'no valgrind: make test-deps'
fi

# Lesson 10: what one call of gcc starts; what libbpf knows of a map and
# since when; a map without types.
starts() {
	echo 'int main(void) { return 0; }' >"$tmp/one.c"
	gcc -v -Wl,-v -o "$tmp/one" "$tmp/one.c" 2>"$tmp/said"
	for started; do
		grep -qE "^ *([^ ]*/)?$started( |\$)" "$tmp/said" || { cat "$tmp/said"; return 1; }
	done
}
if command -v gcc >/dev/null 2>&1; then
	ok 'one call of gcc starts cc1, as, collect2 and ld' starts cc1 as collect2 ld
	ok '  and nothing that is called cc2' not starts cc2
else
	skip 'one call of gcc starts cc1, as, collect2 and ld' 'no gcc here'
fi

library=$(pkg-config --variable=libdir libbpf)/libbpf.so
of_version() {
	objdump -T "$library" | awk -v version="LIBBPF_$1" -v name="$2" '$NF == name && $(NF - 1) == version { found = 1 } END { exit !found }'
}
if [ -e "$library" ] && command -v objdump >/dev/null 2>&1; then
	ok 'bpf_map__set_max_entries is of libbpf 0.1' of_version 0.1.0 bpf_map__set_max_entries
	ok 'skeletons are of libbpf 0.0.7' of_version 0.0.7 bpf_object__open_skeleton
	ok '  and not of 0.0.6' not of_version 0.0.6 bpf_object__open_skeleton
else
	skip 'bpf_map__set_max_entries is of libbpf 0.1' 'no objdump or no shared libbpf'
fi

cat >"$tmp/family.c" <<-'END'
	#include <bpf/libbpf.h>
	#include <string.h>
	int main(int argc, char **argv)
	{
		struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
		struct bpf_map *map = object ? bpf_object__find_map_by_name(object, "counts") : NULL;

		return !map || bpf_map__set_max_entries(map, 9) || strcmp(bpf_map__name(map), "counts") ||
		       bpf_map__key_size(map) != 4 || bpf_map__value_size(map) != 8 ||
		       bpf_map__max_entries(map) != 9;
	}
END
if [ -e "$tmp/map.bpf.o" ]; then
	build family
	ok 'libbpf tells the name and the sizes of a map before the load' "$tmp/family" "$tmp/map.bpf.o"
fi
# A batch with BPF_F_LOCK, of a map with a lock.
cat >"$tmp/lock_batch.c" <<-'END'
	#include <bpf/bpf.h>
	#include <bpf/libbpf.h>
	#include <errno.h>
	#include <stdlib.h>
	int main(int argc, char **argv)
	{
		struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
		LIBBPF_OPTS(bpf_map_batch_opts, opts, .elem_flags = atoi(argv[2]));
		__u32 keys[2] = { 1, 2 }, got[2], count = 2, cursor;
		__u64 values[2] = { 5ULL << 32, 5ULL << 32 };
		int fd;

		if (!object || bpf_object__load(object))
			return 2;
		fd = bpf_object__find_map_fd_by_name(object, "locked");
		return bpf_map_update_batch(fd, keys, values, &count, &opts) || count != 2 ||
		       bpf_map_lookup_batch(fd, NULL, &cursor, got, values, &count, &opts) != -ENOENT ||
		       count != 2 || values[1] >> 32 != 5;
	}
END
if [ -e "$tmp/lock.bpf.o" ]; then
	build lock_batch
	ok 'a batch takes BPF_F_LOCK' "$tmp/lock_batch" "$tmp/lock.bpf.o" 4
	ok '  and no BPF_EXIST' not "$tmp/lock_batch" "$tmp/lock.bpf.o" 2
fi

if command -v bpftool >/dev/null 2>&1; then
	ok 'of a map without types bpftool prints bytes' \
		sh -c "'$many' dump | grep -x 'key: 00 00 00 00  value: 01 00 00 00 00 00 00 00'"
else
	skip 'of a map without types bpftool prints bytes' 'no bpftool: make test-deps'
fi
