/* SPDX-License-Identifier: MIT */
/* Needs CAP_SYS_ADMIN CAP_NET_ADMIN */

// Every map type and every call: what works, and which sizes a map
// may have. Each answer comes from the running kernel.
//
//     ./map_types            a tab-separated row an answer
//
// To add a type, add one entry to the table `types`.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define ENOTSUPP 524
#define PIN	 "/sys/fs/bpf/map_types"
#define CGROUPS	 "/sys/fs/cgroup"

// What a map needs besides its sizes.
enum need {
	NO_MORE,
	INNER, // a map that says what its maps are like
	BTF,   // the types of its key and value
};

// What a key or a value is.
enum content {
	BYTES,
	FIRST_BITS, // a prefix: how many bits count, then bits
	INDEX,	    // a number, of a CPU or a network interface
	A_MAP,	    // the rest are descriptors
	A_PROGRAM,
	AN_EVENT,
	A_CGROUP,
	A_SOCKET,
	AN_XDP_SOCKET,
	A_SHARED_SOCKET,
	A_FILE,
	A_PROCESS,
};

// Every type of the kernel's list, with sizes that it takes, and what
// a value is that can be stored. Headers may be older: so numbers.
static const struct type {
	const char *name;
	uint32_t number, key_size, value_size, max_entries, map_flags;
	enum need need;
	enum content key, value;
} types[] = {
	{ "HASH", 1, 4, 8, 4, 0, NO_MORE, INDEX, INDEX },
	{ "ARRAY", 2, 4, 8, 4, 0, NO_MORE, INDEX, INDEX },
	{ "PROG_ARRAY", 3, 4, 4, 4, 0, NO_MORE, INDEX, A_PROGRAM },
	{ "PERF_EVENT_ARRAY", 4, 4, 4, 4, 0, NO_MORE, INDEX, AN_EVENT },
	{ "PERCPU_HASH", 5, 4, 8, 4, 0, NO_MORE, INDEX, INDEX },
	{ "PERCPU_ARRAY", 6, 4, 8, 4, 0, NO_MORE, INDEX, INDEX },
	{ "STACK_TRACE", 7, 4, 8, 4, 0, NO_MORE, INDEX, INDEX },
	{ "CGROUP_ARRAY", 8, 4, 4, 4, 0, NO_MORE, INDEX, A_CGROUP },
	{ "LRU_HASH", 9, 4, 8, 4, 0, NO_MORE, INDEX, INDEX },
	{ "LRU_PERCPU_HASH", 10, 4, 8, 4, 0, NO_MORE, INDEX, INDEX },
	{ "LPM_TRIE", 11, 8, 8, 4, BPF_F_NO_PREALLOC, NO_MORE,
	  FIRST_BITS, INDEX },
	{ "ARRAY_OF_MAPS", 12, 4, 4, 4, 0, INNER, INDEX, A_MAP },
	{ "HASH_OF_MAPS", 13, 4, 4, 4, 0, INNER, INDEX, A_MAP },
	{ "DEVMAP", 14, 4, 4, 4, 0, NO_MORE, INDEX, INDEX },
	{ "SOCKMAP", 15, 4, 8, 4, 0, NO_MORE, INDEX, A_SOCKET },
	{ "CPUMAP", 16, 4, 4, 4, 0, NO_MORE, INDEX, INDEX },
	{ "XSKMAP", 17, 4, 4, 4, 0, NO_MORE, INDEX, AN_XDP_SOCKET },
	{ "SOCKHASH", 18, 4, 8, 4, 0, NO_MORE, INDEX, A_SOCKET },
	{ "CGROUP_STORAGE", 19, 8, 8, 0, 0, NO_MORE, INDEX, INDEX },
	{ "REUSEPORT_SOCKARRAY", 20, 4, 8, 4, 0, NO_MORE, INDEX,
	  A_SHARED_SOCKET },
	{ "PERCPU_CGROUP_STORAGE", 21, 8, 8, 0, 0, NO_MORE, INDEX,
	  INDEX },
	{ "QUEUE", 22, 0, 8, 4, 0, NO_MORE, INDEX, INDEX },
	{ "STACK", 23, 0, 8, 4, 0, NO_MORE, INDEX, INDEX },
	{ "SK_STORAGE", 24, 4, 8, 0, BPF_F_NO_PREALLOC, BTF, A_SOCKET,
	  INDEX },
	{ "DEVMAP_HASH", 25, 4, 4, 4, 0, NO_MORE, INDEX, INDEX },
	{ "STRUCT_OPS", 26, 4, 8, 1, 0, NO_MORE, INDEX, INDEX },
	{ "RINGBUF", 27, 0, 0, 1 << 16, 0, NO_MORE, INDEX, INDEX },
	{ "INODE_STORAGE", 28, 4, 8, 0, BPF_F_NO_PREALLOC, BTF, A_FILE,
	  INDEX },
	{ "TASK_STORAGE", 29, 4, 8, 0, BPF_F_NO_PREALLOC, BTF,
	  A_PROCESS, INDEX },
	{ "BLOOM_FILTER", 30, 0, 8, 4, 0, NO_MORE, INDEX, INDEX },
	{ "USER_RINGBUF", 31, 0, 0, 1 << 16, 0, NO_MORE, INDEX, INDEX },
	{ "CGRP_STORAGE", 32, 4, 8, 0, BPF_F_NO_PREALLOC, BTF, A_CGROUP,
	  INDEX },
	{ "ARENA", 33, 0, 0, 4, BPF_F_MMAPABLE, NO_MORE, INDEX, INDEX },
	{ "INSN_ARRAY", 34, 4, 16, 4, 0, NO_MORE, INDEX, INDEX },
	{ "RHASH", 35, 4, 8, 4, BPF_F_NO_PREALLOC, NO_MORE, INDEX,
	  INDEX },
};
enum { TYPES = sizeof(types) / sizeof(*types) };

enum { LARGE = 1 << 16 }; // an element has room in a buffer of this
static uint8_t key[LARGE], value[LARGE], next[LARGE];
static int inner = -1, descriptor[A_PROCESS + 1];

/* ---- What a map is made of -------------------------------------- */

static int load_program(void)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "nothing",
			     "MIT", program, 2, NULL);
}

static int open_event(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_BPF_OUTPUT,
	};

	return (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1,
			    PERF_FLAG_FD_CLOEXEC);
}

// A socket of TCP that listens, or one of UDP whose port others share.
static int open_socket(int type)
{
	const struct sockaddr any = { .sa_family = AF_INET };
	const int yes = 1;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
	bind(fd, &any, 16);
	if (type == SOCK_STREAM)
		listen(fd, 1);
	return fd;
}

static void open_descriptors(void)
{
	inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "inner", 4, 8, 4,
			       NULL);
	descriptor[A_MAP] = inner;
	descriptor[A_PROGRAM] = load_program();
	descriptor[AN_EVENT] = open_event();
	descriptor[A_CGROUP] = open(CGROUPS, O_RDONLY | O_CLOEXEC);
	descriptor[A_SOCKET] = open_socket(SOCK_STREAM);
	descriptor[AN_XDP_SOCKET] =
		socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	descriptor[A_SHARED_SOCKET] = open_socket(SOCK_DGRAM);
	descriptor[A_FILE] = open("/", O_RDONLY | O_CLOEXEC);
	descriptor[A_PROCESS] =
		(int)syscall(SYS_pidfd_open, getpid(), 0);
}

static void close_descriptors(void)
{
	for (int i = A_MAP; i <= A_PROCESS; i++)
		if (descriptor[i] >= 0)
			close(descriptor[i]);
}

// Types for a key of 4 bytes and for a value of SIZE: type 2 is an
// array of as many bytes, and BTF has no value of 0 bytes.
static int load_btf(uint32_t size, int *key_type, int *value_type)
{
	struct btf *btf = btf__new_empty();
	const int byte = btf__add_int(btf, "byte", 1, 0);
	const int index = btf__add_int(btf, "index", 4, BTF_INT_SIGNED);
	const int bytes = btf__add_array(btf, index, byte, size);
	const void *raw;
	uint32_t len;
	int fd;

	*key_type = index;
	*value_type = btf__add_struct(btf, "value", size);
	btf__add_field(btf, "bytes", bytes, 0, 0);
	raw = btf__raw_data(btf, &len);
	fd = raw ? bpf_btf_load(raw, len, NULL) : -ENOMEM;
	btf__free(btf);
	return fd;
}

// A map of this type, or -errno.
static int create(const struct type *t, uint32_t more_flags)
{
	struct bpf_map_create_opts opts = {
		.sz = sizeof(opts),
		.map_flags = t->map_flags | more_flags,
	};
	int key_type = 0, value_type = 0, btf = -1, fd;

	if (t->need == INNER)
		opts.inner_map_fd = (uint32_t)inner;
	if (t->need == BTF) {
		btf = load_btf(t->value_size, &key_type, &value_type);
		if (btf < 0)
			return btf;
		opts.btf_fd = (uint32_t)btf;
		opts.btf_key_type_id = (uint32_t)key_type;
		opts.btf_value_type_id = (uint32_t)value_type;
	}
	fd = bpf_map_create((enum bpf_map_type)t->number, "types",
			    t->key_size, t->value_size, t->max_entries,
			    &opts);
	if (btf >= 0)
		close(btf);
	return fd;
}

static void set(uint8_t *to, enum content content)
{
	// Interface 1 is the loopback. Key 0 of a CPU map is CPU 0.
	const uint32_t number = 1, all_bits = 32;

	memset(to, 0, LARGE);
	if (content == FIRST_BITS)
		memcpy(to, &all_bits, sizeof(all_bits));
	else if (content >= A_MAP)
		memcpy(to, &descriptor[content], sizeof(int));
	else if (to == value)
		memcpy(to, &number, sizeof(number));
}

/* ---- The calls -------------------------------------------------- */

static void *key_of(const struct type *t)
{
	return t->key_size ? key : NULL;
}

static int call_update(const struct type *t, int map)
{
	return bpf_map_update_elem(map, key_of(t), value, BPF_ANY);
}

static int call_lookup(const struct type *t, int map)
{
	return bpf_map_lookup_elem(map, key_of(t), value);
}

static int call_take(const struct type *t, int map)
{
	return bpf_map_lookup_and_delete_elem(map, key_of(t), value);
}

static int call_delete(const struct type *t, int map)
{
	return bpf_map_delete_elem(map, key_of(t));
}

static int call_next(const struct type *t, int map)
{
	(void)t;
	return bpf_map_get_next_key(map, NULL, next);
}

static int call_update_batch(const struct type *t, int map)
{
	uint32_t count = 1;

	(void)t;
	return bpf_map_update_batch(map, key, value, &count, NULL);
}

// At the end of the map these say ENOENT, and have done their work.
static int at_end(int err, uint32_t count)
{
	return err == -ENOENT && count == 1 ? 0 : err;
}

static int call_lookup_batch(const struct type *t, int map)
{
	uint32_t count = 4, position[4];
	int err = bpf_map_lookup_batch(map, NULL, position, next, value,
				       &count, NULL);

	(void)t;
	return at_end(err, count);
}

static int call_take_batch(const struct type *t, int map)
{
	uint32_t count = 4, position[4];
	int err = bpf_map_lookup_and_delete_batch(
		map, NULL, position, next, value, &count, NULL);

	(void)t;
	return at_end(err, count);
}

static int call_delete_batch(const struct type *t, int map)
{
	uint32_t count = 1;

	(void)t;
	return bpf_map_delete_batch(map, key, &count, NULL);
}

static int call_freeze(const struct type *t, int map)
{
	(void)t;
	return bpf_map_freeze(map);
}

static int call_pin(const struct type *t, int map)
{
	int err = bpf_obj_pin(map, PIN);

	(void)t;
	unlink(PIN);
	return err;
}

// A map that can be made for it is made again with BPF_F_MMAPABLE.
static int call_mmap(const struct type *t, int map)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd = create(t, BPF_F_MMAPABLE), err = 0;
	void *at = mmap(NULL, page, PROT_READ, MAP_SHARED,
			fd < 0 ? map : fd, 0);

	if (at == MAP_FAILED)
		err = -errno;
	else
		munmap(at, page);
	if (fd >= 0)
		close(fd);
	return err;
}

static const struct call {
	const char *name;
	int (*make)(const struct type *t, int map);
	bool before_update; // it is asked of a map without an element
} calls[] = {
	{ "bpf_map_update_elem", call_update, true },
	{ "bpf_map_lookup_elem", call_lookup, false },
	{ "bpf_map_lookup_and_delete_elem", call_take, false },
	{ "bpf_map_delete_elem", call_delete, false },
	{ "bpf_map_get_next_key", call_next, false },
	{ "bpf_map_update_batch", call_update_batch, true },
	{ "bpf_map_lookup_batch", call_lookup_batch, false },
	{ "bpf_map_lookup_and_delete_batch", call_take_batch, false },
	{ "bpf_map_delete_batch", call_delete_batch, false },
	{ "bpf_map_freeze", call_freeze, false },
	{ "bpf_obj_pin", call_pin, false },
	{ "mmap", call_mmap, false },
};
enum { CALLS = sizeof(calls) / sizeof(*calls) };

// The answer of a call to a map with one element, if it can have one.
static int ask(const struct type *t, const struct call *c)
{
	int map = create(t, 0), answer;

	if (map < 0)
		return map;
	// Such a socket is in one map at a time, and a map that was
	// closed is not gone at once.
	if (t->value == A_SHARED_SOCKET) {
		close(descriptor[A_SHARED_SOCKET]);
		descriptor[A_SHARED_SOCKET] = open_socket(SOCK_DGRAM);
	}
	set(key, t->key);
	set(value, t->value);
	if (!c->before_update)
		call_update(t, map);
	set(value, t->value);
	answer = c->make(t, map);
	close(map);
	return answer;
}

/* ---- The sizes -------------------------------------------------- */

// Which of a type's sizes is changed.
enum size { KEY, VALUE, ENTRIES };

static bool takes(struct type t, enum size which, uint32_t size)
{
	int fd;

	*(which == KEY	   ? &t.key_size
	  : which == VALUE ? &t.value_size
			   : &t.max_entries) = size;
	fd = create(&t, 0);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

// Which sizes a map may have, in words: every one up to 64 is tried,
// then the largest is looked for, or a page and its multiples.
enum { SMALL = 64, MOST = 4096 };

static void sizes_in_words(const struct type *t, enum size which,
			   char *words, size_t room)
{
	const uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	uint32_t taken[SMALL + 1], step, low, high;
	int n = 0;

	for (uint32_t size = 0; size <= SMALL; size++)
		if (takes(*t, which, size))
			taken[n++] = size;
	if (n == 0) {
		snprintf(words, room, "%s",
			 !takes(*t, which, page) ? "-"
			 : takes(*t, which, 3 * page)
				 ? "multiples of a page"
				 : "powers of 2, from a page");
		return;
	}
	step = n > 1 ? taken[1] - taken[0] : 1;
	if (n <= 2) {
		snprintf(words, room, n == 1 ? "%u" : "%u or %u",
			 taken[0], taken[n - 1]);
		return;
	}
	// The largest multiple that is taken lies from low up to high.
	low = taken[n - 1] / step;
	high = MOST / step;
	while (low < high) {
		const uint32_t middle = (low + high + 1) / 2;

		if (takes(*t, which, middle * step))
			low = middle;
		else
			high = middle - 1;
	}
	if (step > 1)
		snprintf(words, room, "multiples of %u", step);
	else
		snprintf(words, room, "from %u", taken[0]);
	if (low < MOST / step)
		snprintf(words + strlen(words), room - strlen(words),
			 " to %u", low * step);
}

/* ---- The report ------------------------------------------------- */

static void print_answer(const char *call, const struct type *t,
			 int answer)
{
	const char *name = answer == -ENOTSUPP
				   ? "ENOTSUPP"
				   : strerrorname_np(-answer);

	printf("%s\t%s\t-\t", call, t->name);
	if (answer >= 0)
		puts("yes");
	else
		printf("%s (%d)\n", name ? name : "errno", -answer);
}

static void print_rows(const struct type *t)
{
	static const char *const sizes[] = { "key_size", "value_size",
					     "max_entries" };
	char words[64];
	struct type bare = *t;
	int fd = create(t, 0);

	print_answer("bpf_map_create", t, fd);
	if (fd < 0)
		return;
	close(fd);
	for (enum size which = KEY; which <= ENTRIES; which++) {
		sizes_in_words(t, which, words, sizeof(words));
		printf("bpf_map_create\t%s\t%s\t%s\n", t->name,
		       sizes[which], words);
	}
	bare.map_flags = 0;
	fd = create(&bare, 0);
	printf("bpf_map_create\t%s\tmap_flags\t%s\n", t->name,
	       fd >= 0				   ? "0"
	       : t->map_flags == BPF_F_NO_PREALLOC ? "BPF_F_NO_PREALLOC"
						   : "BPF_F_MMAPABLE");
	if (fd >= 0)
		close(fd);
	for (int i = 0; i < CALLS; i++)
		print_answer(calls[i].name, t, ask(t, &calls[i]));
}

// Says which types this kernel has that are not in the table.
static int look_for_others(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_type *list;
	const char *name;
	int id, others = 0;

	id = libbpf_get_error(btf)
		     ? -ENOENT
		     : btf__find_by_name_kind(btf, "bpf_map_type",
					      BTF_KIND_ENUM);
	list = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);
	for (int i = 0; list && i < btf_vlen(list); i++) {
		const struct btf_enum *e = btf_enum(list) + i;
		bool known = e->val == 0;

		name = btf__name_by_offset(btf, e->name_off);
		for (int k = 0; k < TYPES; k++)
			known |= types[k].number == (uint32_t)e->val;
		if (known || strncmp(name, "__MAX", 5) == 0)
			continue;
		fprintf(stderr, "%s is %d, and not in the table.\n",
			name, e->val);
		others++;
	}
	if (btf && !libbpf_get_error(btf))
		btf__free(btf);
	return others;
}

// Pins and control groups take a file system each: this process has
// its own, and they end with it.
static int mount_own(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL))
		return -errno;
	// EBUSY: it is there already.
	if (mount("cgroup2", CGROUPS, "cgroup2", 0, NULL) &&
	    errno != EBUSY)
		return -errno;
	return 0;
}

int main(int argc, char **argv)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int err;

	(void)argv;
	if (argc > 1) {
		fprintf(stderr,
			"Usage: map_types\nSee which call works "
			"on which type of map.\n");
		return 2;
	}
	err = mount_own();
	if (err < 0) {
		fprintf(stderr,
			"cannot mount bpf and cgroup2: %s. Run this "
			"with sudo.\n",
			strerror(-err));
		return EXIT_FAILURE;
	}
	// Before Linux 5.11 maps count as locked memory.
	setrlimit(RLIMIT_MEMLOCK, &all);
	libbpf_set_print(NULL);
	open_descriptors();
	puts("call\tmap\tsituation\tresult");
	for (int i = 0; i < TYPES; i++)
		print_rows(&types[i]);
	close_descriptors();
	err = look_for_others();

	// A full disk shows when the buffered output is written.
	if (fflush(stdout) == EOF || ferror(stdout)) {
		perror("cannot write to stdout");
		return EXIT_FAILURE;
	}
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
