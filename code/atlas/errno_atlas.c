/* SPDX-License-Identifier: MIT */

// The **errno atlas**: what each map call returns, and when. Every
// case is provoked on the running kernel, and its result checked.
//
//     ./errno_atlas          a TAP line a case, for the tests
//     ./errno_atlas --rows   a tab-separated row a case, for the book
//
// To add a case, add one entry to the table `cases`. It says: in
// this situation, on each of these map types, this call gives that.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

// The kernel's internal number for "not supported". User space has
// no name for it: `strerror` says "Unknown error 524".
enum { ENOTSUPP = 524 };

// A plain map has room for four entries. A scene puts in the keys
// 0 to 3. Key 4 is new to a hash and one too far in an array.
enum { ENTRIES = 4, NEW = ENTRIES };

// The map types as bits: a case names one or several of them.
enum {
	HASH = 1 << 0,
	LRU_HASH = 1 << 1,
	PERCPU_HASH = 1 << 2,
	LRU_PERCPU_HASH = 1 << 3,
	ARRAY = 1 << 4,
	PERCPU_ARRAY = 1 << 5,
	QUEUE = 1 << 6,
	STACK = 1 << 7,
	LPM_TRIE = 1 << 8,
	BLOOM_FILTER = 1 << 9,
	RINGBUF = 1 << 10,
	HASH_OF_MAPS = 1 << 11,
	ARRAY_OF_MAPS = 1 << 12,

	LRU = LRU_HASH | LRU_PERCPU_HASH,
	HASHES = HASH | PERCPU_HASH | LRU,
	ARRAYS = ARRAY | PERCPU_ARRAY,
	PERCPU = PERCPU_HASH | LRU_PERCPU_HASH | PERCPU_ARRAY,
	QUEUES = QUEUE | STACK,
	MAPS_OF = HASH_OF_MAPS | ARRAY_OF_MAPS,
	EVERY = (1 << 13) - 1,
};

#define KERNEL(major, minor) ((major) << 8 | (minor))

// The plain map of each type, in the order of the bits. An LRU has
// more room, so that it evicts only where a case wants it to.
static const struct kind {
	const char *name;
	enum bpf_map_type type;
	uint32_t key_size, value_size, max_entries, map_flags;
	int since;
} kinds[] = {
	{ "HASH", BPF_MAP_TYPE_HASH, 4, 8, ENTRIES, 0, 0 },
	{ "LRU_HASH", BPF_MAP_TYPE_LRU_HASH, 4, 8, 64, 0, 0 },
	{ "PERCPU_HASH", BPF_MAP_TYPE_PERCPU_HASH, 4, 8, ENTRIES, 0,
	  0 },
	{ "LRU_PERCPU_HASH", BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 8, 64, 0,
	  0 },
	{ "ARRAY", BPF_MAP_TYPE_ARRAY, 4, 8, ENTRIES, 0, 0 },
	{ "PERCPU_ARRAY", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, ENTRIES, 0,
	  0 },
	{ "QUEUE", BPF_MAP_TYPE_QUEUE, 0, 8, ENTRIES, 0, 0 },
	{ "STACK", BPF_MAP_TYPE_STACK, 0, 8, ENTRIES, 0, 0 },
	{ "LPM_TRIE", BPF_MAP_TYPE_LPM_TRIE, 8, 8, ENTRIES,
	  BPF_F_NO_PREALLOC, 0 },
	{ "BLOOM_FILTER", BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, ENTRIES, 0,
	  KERNEL(5, 16) },
	{ "RINGBUF", BPF_MAP_TYPE_RINGBUF, 0, 0, 1 << 16, 0, 0 },
	{ "HASH_OF_MAPS", BPF_MAP_TYPE_HASH_OF_MAPS, 4, 4, ENTRIES, 0,
	  0 },
	{ "ARRAY_OF_MAPS", BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, ENTRIES, 0,
	  0 },
};

// What is special about the descriptor, or about the caller.
enum state {
	USUAL,
	FROZEN,	       // bpf_map_freeze was called before
	READ_ONLY,     // the map was created with BPF_F_RDONLY
	WRITE_ONLY,    // the map was created with BPF_F_WRONLY
	CLOSED,	       // the descriptor was closed before
	NOT_A_MAP,     // a descriptor of /dev/null
	NO_CAPABILITY, // the caller has no capability
	NO_SYS_ADMIN,  // the caller has all but CAP_SYS_ADMIN
};

// What is special about the arguments.
enum odd {
	NOTHING,
	NULL_KEY,
	NULL_VALUE, // NULL for the value, or for what is written
	STRAY_KEY,  // a key for a map that has none
	STRAY_BYTE, // a byte behind the struct that is not 0
};

// What a case needs beyond CAP_BPF.
enum need {
	CAP_BPF_ONLY,
	SYS_ADMIN,  // the caller has CAP_SYS_ADMIN
	RESTRICTED, // kernel.unprivileged_bpf_disabled is not 0
};

// In the table, a size of 0 is the size of the plain map. NONE is
// a real 0. And no `older` is no answer, OLDER_OK is the answer 0.
enum { NONE = -1, OLDER_OK = 1 };

struct scene;

// A call: its name in libbpf, how to make it, and whether what it
// returns is a descriptor.
struct call {
	const char *name;
	int (*make)(struct scene *s);
	bool returns_fd;
};

struct atlas_case {
	// The call, the map types, the situation in words, the result
	// (0 or -errno), and what it means to you.
	const struct call *call;
	unsigned int maps;
	const char *situation;
	int expected;
	const char *meaning;

	// The scene. All zero is an empty map, key 0 and no flags.
	int holds; // the map holds the keys 0 to holds - 1
	int key;   // the key that is given to the call
	int count; // of keys, for a batch call; usually ENTRIES
	uint64_t flags;
	enum state state;
	enum odd odd;

	// Prepares more before the call: 0 or -errno.
	int (*before)(struct scene *s);
	// Looks for a fault after it: what is wrong, or NULL.
	const char *(*after)(struct scene *s);

	// The map, where it is not the plain one.
	const char *name;
	int64_t key_size, value_size, max_entries;
	uint32_t map_flags;

	// The result holds since this kernel. An older one gives
	// `older`, or cannot have the case.
	int since, older;
	enum need needs;
};

// A case at work on one of its map types.
struct scene {
	const struct atlas_case *c;
	const struct kind *kind;
	int map;   // the map
	int fd;	   // the descriptor that is given to the call
	int inner; // what goes into a map of maps
	uint8_t key[8], next[8];
	uint32_t count;
	int seen_errno;
};

// The values of the call, and those of the checks around it. A
// per-CPU map copies one value for every possible CPU.
static int cpus;
static uint8_t *values, *checked;
static struct rlimit memlock;
static bool memlock_lowered;

static bool is(const struct scene *s, int maps)
{
	return 1 << (s->kind - kinds) & maps;
}

// How many bytes a plain map copies for a value.
static size_t value_bytes(const struct scene *s)
{
	return is(s, MAPS_OF)  ? 4
	       : is(s, PERCPU) ? 8 * (size_t)cpus
			       : 8;
}

// The value that belongs to a key: 100 and the key, for each CPU.
// In a map of maps it is the descriptor of the inner map.
static void set_value(const struct scene *s, uint8_t *to, int key)
{
	const uint64_t word = 100 + (uint64_t)key;

	if (is(s, MAPS_OF))
		memcpy(to, &s->inner, sizeof(s->inner));
	else
		for (size_t i = 0; i < value_bytes(s); i += 8)
			memcpy(to + i, &word, sizeof(word));
}

// A trie's key starts with the number of bits that count.
static void set_key(const struct scene *s, uint8_t *to, int key)
{
	const uint32_t bits = 32, number = (uint32_t)key;

	memset(to, 0, 8);
	if (is(s, LPM_TRIE))
		memcpy(to, &bits, sizeof(bits));
	memcpy(to + (is(s, LPM_TRIE) ? 4 : 0), &number, sizeof(number));
}

// The key to pass: none for a type that has no keys.
static void *key_arg(struct scene *s)
{
	if (s->c->odd == NULL_KEY)
		return NULL;
	if (s->c->odd == STRAY_KEY)
		return s->key;
	return s->kind->key_size ? s->key : NULL;
}

// The address to pass for a value, or for whatever is written.
static void *value_arg(struct scene *s, void *value)
{
	return s->c->odd == NULL_VALUE ? NULL : value;
}

// Stores a key with its value, whatever the case is about.
static int put(struct scene *s, int key)
{
	uint8_t at[8];

	set_key(s, at, key);
	set_value(s, checked, key);
	return bpf_map_update_elem(s->map,
				   s->kind->key_size ? at : NULL,
				   checked, BPF_ANY);
}

// Looks a key up behind the back of the case. QUEUE and STACK have
// no key: there it is whatever comes next.
static int peek(struct scene *s, int key)
{
	uint8_t at[8];

	set_key(s, at, key);
	if (is(s, BLOOM_FILTER))
		set_value(s, checked, key);
	return bpf_map_lookup_elem(
		s->map, s->kind->key_size ? at : NULL, checked);
}

// Is this the value of that key?
static bool same(const struct scene *s, const uint8_t *value, int key)
{
	const uint64_t word = 100 + (uint64_t)key;

	for (size_t i = 0; i < value_bytes(s); i += 8)
		if (memcmp(value + i, &word, sizeof(word)) != 0)
			return false;
	return true;
}

/* ---- The calls -------------------------------------------------- */

static uint32_t size_of(int64_t asked, uint32_t usual)
{
	return asked == NONE ? 0 : asked ? (uint32_t)asked : usual;
}

static int make_create(struct scene *s)
{
	const struct atlas_case *c = s->c;
	const struct kind *k = s->kind;
	struct bpf_map_create_opts opts = {
		.sz = sizeof(opts),
		.map_flags = k->map_flags ^ c->map_flags,
	};

	if (c->state == READ_ONLY)
		opts.map_flags |= BPF_F_RDONLY;
	if (c->state == WRITE_ONLY)
		opts.map_flags |= BPF_F_WRONLY;
	if (is(s, MAPS_OF))
		opts.inner_map_fd = (uint32_t)s->inner;
	return bpf_map_create(k->type, c->name ? c->name : "atlas",
			      size_of(c->key_size, k->key_size),
			      size_of(c->value_size, k->value_size),
			      size_of(c->max_entries, k->max_entries),
			      &opts);
}

static int make_update(struct scene *s)
{
	set_value(s, values, s->c->key);
	return bpf_map_update_elem(s->fd, key_arg(s),
				   value_arg(s, values), s->c->flags);
}

// A Bloom filter is asked about a value. Other types write one, and
// 0xa5 shows what was written.
static void *lookup_arg(struct scene *s)
{
	memset(values, 0xa5, (ENTRIES + 1) * 8 * (size_t)cpus);
	if (is(s, BLOOM_FILTER))
		set_value(s, values, s->c->key);
	return value_arg(s, values);
}

static int make_lookup(struct scene *s)
{
	return bpf_map_lookup_elem(s->fd, key_arg(s), lookup_arg(s));
}

static int make_lookup_flags(struct scene *s)
{
	return bpf_map_lookup_elem_flags(s->fd, key_arg(s),
					 lookup_arg(s), s->c->flags);
}

static int make_take(struct scene *s)
{
	return bpf_map_lookup_and_delete_elem(s->fd, key_arg(s),
					      lookup_arg(s));
}

static int make_take_flags(struct scene *s)
{
	return bpf_map_lookup_and_delete_elem_flags(
		s->fd, key_arg(s), lookup_arg(s), s->c->flags);
}

static int make_delete(struct scene *s)
{
	return bpf_map_delete_elem(s->fd, key_arg(s));
}

static int make_next(struct scene *s)
{
	return bpf_map_get_next_key(s->fd, key_arg(s),
				    value_arg(s, s->next));
}

static int make_freeze(struct scene *s)
{
	return bpf_map_freeze(s->fd);
}

static int make_info(struct scene *s)
{
	uint8_t info[1024] = { 0 };
	uint32_t len = sizeof(struct bpf_map_info);

	if (s->c->odd == STRAY_BYTE) {
		len = sizeof(info);
		info[len - 1] = 1;
	}
	return bpf_obj_get_info_by_fd(s->fd, value_arg(s, info), &len);
}

// The case's key is the id. Key 0 stands for the map's own id.
static int make_fd_by_id(struct scene *s)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);
	int err;

	if (s->c->key)
		return bpf_map_get_fd_by_id((uint32_t)s->c->key);
	err = bpf_obj_get_info_by_fd(s->map, &info, &len);
	return err < 0 ? err : bpf_map_get_fd_by_id(info.id);
}

static int make_next_id(struct scene *s)
{
	uint32_t next;

	return bpf_map_get_next_id((uint32_t)s->c->key, &next);
}

// A batch call starts at the case's key and gets one buffer for
// all keys, one for all values, and how many there are.
enum batch { UPDATE, LOOKUP, TAKE, DELETE };

static int make_batch(struct scene *s, enum batch what)
{
	const struct bpf_map_batch_opts opts = {
		.sz = sizeof(opts),
		.elem_flags = s->c->flags,
	};
	const uint32_t asked = size_of(s->c->count, ENTRIES);
	const size_t key_size = s->kind->key_size;
	uint8_t keys[(ENTRIES + 1) * 8], at[8];
	void *key = s->c->odd == NULL_KEY ? NULL : keys;
	void *value = value_arg(s, values);
	uint64_t position;

	for (uint32_t i = 0; i < asked; i++) {
		set_key(s, at, s->c->key + (int)i);
		memcpy(keys + i * key_size, at, key_size);
		set_value(s, values + i * value_bytes(s),
			  s->c->key + (int)i);
	}
	s->count = asked;
	switch (what) {
	case UPDATE:
		return bpf_map_update_batch(s->fd, key, value,
					    &s->count, &opts);
	case LOOKUP:
		return bpf_map_lookup_batch(s->fd, NULL, &position, key,
					    value, &s->count, &opts);
	case TAKE:
		return bpf_map_lookup_and_delete_batch(
			s->fd, NULL, &position, key, value, &s->count,
			&opts);
	case DELETE:
		return bpf_map_delete_batch(s->fd, key, &s->count,
					    &opts);
	}
	return -EINVAL;
}

static int make_update_batch(struct scene *s)
{
	return make_batch(s, UPDATE);
}

static int make_lookup_batch(struct scene *s)
{
	return make_batch(s, LOOKUP);
}

static int make_take_batch(struct scene *s)
{
	return make_batch(s, TAKE);
}

static int make_delete_batch(struct scene *s)
{
	return make_batch(s, DELETE);
}

#define CALL(word, libbpf_name, fd)                                    \
	static const struct call word = { #libbpf_name, make_##word,   \
					  fd }

CALL(create, bpf_map_create, true);
CALL(update, bpf_map_update_elem, false);
CALL(lookup, bpf_map_lookup_elem, false);
CALL(lookup_flags, bpf_map_lookup_elem_flags, false);
CALL(take, bpf_map_lookup_and_delete_elem, false);
CALL(take_flags, bpf_map_lookup_and_delete_elem_flags, false);
CALL(delete, bpf_map_delete_elem, false);
CALL(next, bpf_map_get_next_key, false);
CALL(freeze, bpf_map_freeze, false);
CALL(update_batch, bpf_map_update_batch, false);
CALL(lookup_batch, bpf_map_lookup_batch, false);
CALL(take_batch, bpf_map_lookup_and_delete_batch, false);
CALL(delete_batch, bpf_map_delete_batch, false);
CALL(info, bpf_obj_get_info_by_fd, false);
CALL(fd_by_id, bpf_map_get_fd_by_id, true);
CALL(next_id, bpf_map_get_next_id, false);

/* ---- What comes before the call --------------------------------- */

static int fill(struct scene *s)
{
	int err = 0;

	for (int i = 0; err == 0 && i < (int)s->kind->max_entries; i++)
		err = put(s, i);
	return err;
}

// The key of the call becomes the last one of the map.
static int go_to_last(struct scene *s)
{
	int err = bpf_map_get_next_key(s->map, NULL, s->key);

	while (err == 0)
		err = bpf_map_get_next_key(s->map, s->key, s->key);
	return err == -ENOENT ? 0 : err;
}

// The key of the call becomes one that was just deleted.
static int delete_last(struct scene *s)
{
	int err = go_to_last(s);

	return err < 0 ? err : bpf_map_delete_elem(s->map, s->key);
}

// A C struct of one byte and four: three bytes between them are
// padding. Both keys have equal fields; one has dirt in between.
static int soil_padding(struct scene *s)
{
	struct {
		uint8_t a;
		uint32_t b;
	} clean;
	int err;

	memset(&clean, 0, sizeof(clean));
	clean.a = 1;
	clean.b = 2;
	set_value(s, checked, 0);
	err = bpf_map_update_elem(s->map, &clean, checked, BPF_ANY);
	if (err == 0)
		err = bpf_map_lookup_elem(s->map, &clean, checked);
	memcpy(s->key, &clean, sizeof(s->key));
	s->key[1] = 0xff;
	return err;
}

// A trie entry that covers every address: its prefix has 0 bits.
static int put_default_route(struct scene *s)
{
	const uint8_t any[8] = { 0 };

	set_value(s, checked, s->c->key);
	return bpf_map_update_elem(s->map, any, checked, BPF_ANY);
}

static int lengthen_prefix(struct scene *s)
{
	const uint32_t bits = 33;

	memcpy(s->key, &bits, sizeof(bits));
	return 0;
}

// A second shape of inner map, or something that is none.
static int give_other_inner(struct scene *s)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "other", 4, 16, 1,
				NULL);

	if (fd < 0)
		return fd;
	dup2(fd, s->inner);
	close(fd);
	return 0;
}

static int give_no_inner(struct scene *s)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	dup2(fd, s->inner);
	close(fd);
	return 0;
}

static int close_inner(struct scene *s)
{
	close(s->inner);
	s->inner = -1;
	return 0;
}

// The lowest free descriptor is 0 now.
static int saved_stdin = -1;

static int close_stdin(struct scene *s)
{
	(void)s;
	saved_stdin = fcntl(0, F_DUPFD_CLOEXEC, 3);
	close(0);
	return 0;
}

static int lower_memlock(struct scene *s)
{
	struct rlimit low;

	(void)s;
	if (getrlimit(RLIMIT_MEMLOCK, &memlock) < 0)
		return -errno;
	low = memlock;
	low.rlim_cur = 1 << 16;
	if (low.rlim_cur > low.rlim_max)
		low.rlim_cur = low.rlim_max;
	if (setrlimit(RLIMIT_MEMLOCK, &low) < 0)
		return -errno;
	memlock_lowered = true;
	return 0;
}

// Somebody can still write to the map, through memory.
static void *mapped = MAP_FAILED;

static int map_to_memory(struct scene *s)
{
	mapped = mmap(NULL, (size_t)getpagesize(),
		      PROT_READ | PROT_WRITE, MAP_SHARED, s->map, 0);
	return mapped == MAP_FAILED ? -errno : 0;
}

/* ---- What must hold after the call ------------------------------ */

// The call wrote the value of its key, for each CPU.
static const char *gives_value(struct scene *s)
{
	return same(s, values, s->c->key) ? NULL
					  : "it wrote another value";
}

static const char *gives_zeros(struct scene *s)
{
	for (size_t i = 0; i < value_bytes(s); i++)
		if (values[i])
			return "it wrote something else than zeros";
	return NULL;
}

// The buffer has what `lookup_arg` put there.
static const char *wrote_nothing(struct scene *s)
{
	for (size_t i = 0; i < value_bytes(s); i++)
		if (values[i] != 0xa5)
			return "it wrote into the value";
	return NULL;
}

// A value of one byte takes eight, once for each possible CPU.
static const char *wrote_8_bytes_per_cpu(struct scene *s)
{
	(void)s;
	for (size_t i = 0; i < 8 * (size_t)cpus; i++)
		if (values[i] == 0xa5)
			return "it wrote less than 8 bytes for "
			       "every possible CPU";
	if (values[8 * cpus] != 0xa5)
		return "it wrote more than 8 bytes for every "
		       "possible CPU";
	return NULL;
}

static const char *stays(struct scene *s)
{
	return peek(s, s->c->key) == 0 && same(s, checked, s->c->key)
		       ? NULL
		       : "the entry is gone or changed";
}

static const char *is_gone(struct scene *s)
{
	return peek(s, s->c->key) == -ENOENT ? NULL
					     : "the entry is still "
					       "there";
}

static const char *taken(struct scene *s)
{
	const char *fault = gives_value(s);

	return fault ? fault : is_gone(s);
}

static const char *id_of_inner(struct scene *s)
{
	struct bpf_map_info inner = { 0 };
	uint32_t len = sizeof(inner);

	if (bpf_obj_get_info_by_fd(s->inner, &inner, &len) < 0)
		return "the inner map cannot be asked for its id";
	return memcmp(values, &inner.id, sizeof(inner.id)) == 0
		       ? NULL
		       : "it wrote something else than the id of the "
			 "inner map";
}

// The keys 0 to 3 went in, in this order. What comes out first?
static int first_out(struct scene *s)
{
	return is(s, QUEUE) ? 0 : s->c->holds - 1;
}

static const char *shows_first_out(struct scene *s)
{
	if (!same(s, values, first_out(s)))
		return "it gave another value";
	return peek(s, 0) == 0 && same(s, checked, first_out(s))
		       ? NULL
		       : "the value is gone";
}

static const char *takes_first_out(struct scene *s)
{
	const int then = first_out(s) + (is(s, QUEUE) ? 1 : -1);

	if (!same(s, values, first_out(s)))
		return "it gave another value";
	return peek(s, 0) == 0 && same(s, checked, then)
		       ? NULL
		       : "the value behind it does not come next";
}

// Value 0 is gone, 1 to 3 and the new one are there.
static const char *dropped_oldest(struct scene *s)
{
	for (int i = 0; i < ENTRIES; i++) {
		int want = is(s, QUEUE) ? 1 + i : NEW - i;

		if (bpf_map_lookup_and_delete_elem(s->map, NULL,
						   checked) < 0 ||
		    !same(s, checked, want))
			return "it did not drop the oldest value";
	}
	return NULL;
}

static const char *evicted(struct scene *s)
{
	int left = 0;

	for (int i = 0; i < (int)s->kind->max_entries; i++)
		left += peek(s, i) == 0;
	if (peek(s, s->c->key) < 0)
		return "the new entry is not there";
	return left < (int)s->kind->max_entries
		       ? NULL
		       : "no older entry is gone";
}

static const char *is_first_key(struct scene *s)
{
	uint8_t first[8];
	int err = bpf_map_get_next_key(s->map, NULL, first);

	if (err < 0)
		return "the map has no first key";
	return memcmp(first, s->next, s->kind->key_size) == 0
		       ? NULL
		       : "it gave another key than the first";
}

static const char *is_key_after(struct scene *s)
{
	uint8_t want[8];

	set_key(s, want, s->c->key + 1);
	return memcmp(want, s->next, s->kind->key_size) == 0
		       ? NULL
		       : "it gave another key than the next index";
}

// A batch call says how far it came, also when it failed.
static const char *counts(const struct scene *s, uint32_t count)
{
	return s->count == count ? NULL : "it counted another number";
}

static const char *counts_4(struct scene *s)
{
	return counts(s, 4);
}

static const char *counts_2(struct scene *s)
{
	return counts(s, 2);
}

static const char *counts_0(struct scene *s)
{
	return counts(s, 0);
}

static const char *taken_2(struct scene *s)
{
	return peek(s, 0) == -ENOENT && peek(s, 1) == -ENOENT
		       ? counts(s, 2)
		       : "an entry is still there";
}

static const char *cut_to_15(struct scene *s)
{
	struct bpf_map_info stored = { 0 };
	uint32_t len = sizeof(stored);

	if (bpf_obj_get_info_by_fd(s->fd, &stored, &len) < 0)
		return "the map cannot be asked for its name";
	return strlen(stored.name) == 15 &&
			       strncmp(stored.name, s->c->name, 15) == 0
		       ? NULL
		       : "the name was not cut at 15 characters";
}

static const char *is_above_2(struct scene *s)
{
	return s->fd > 2 ? NULL : "the descriptor is 0, 1 or 2";
}

/* ---- The table -------------------------------------------------- */

#define CASE(who, types, when, result, ...)                            \
	{                                                              \
		.call = &(who), .maps = (types), .situation = (when),  \
		.expected = (result), .meaning = __VA_ARGS__           \
	}

static const struct atlas_case cases[] = {
	/* bpf_map_create */
	CASE(create, EVERY, "valid arguments", 0,
	     "the map lives as long as somebody holds it"),
	CASE(create, HASH, "standard input is closed", 0,
	     "libbpf never returns 0, 1 or 2", .before = close_stdin,
	     .after = is_above_2),
	CASE(create, HASH, "a name with . and _", 0,
	     "both are allowed in a name", .name = "my_map.1"),
	CASE(create, HASH, "an empty name", 0, "a map needs no name",
	     .name = ""),
	CASE(create, HASH, "a name of 15 characters", 0,
	     "the longest name", .name = "abcdefghijklmno",
	     .after = cut_to_15),
	CASE(create, HASH, "a name of 16 characters", 0,
	     "libbpf cuts it to 15 and says nothing",
	     .name = "abcdefghijklmnop", .after = cut_to_15),
	CASE(create, HASH, "a name with a space", -EINVAL,
	     "use letters, digits, _ and .", .name = "my map"),
	CASE(create, HASH, "a name with -", -EINVAL,
	     "use letters, digits, _ and .", .name = "my-map"),
	CASE(create, HASH, "a name with /", -EINVAL,
	     "use letters, digits, _ and .", .name = "my/map"),
	CASE(create, HASH, "a name with a non-ASCII letter", -EINVAL,
	     "use letters, digits, _ and .", .name = "h\xc3\xb6rt"),
	CASE(create, HASHES | ARRAYS | LPM_TRIE | MAPS_OF, "key_size 0",
	     -EINVAL, "this type needs a key", .key_size = NONE),
	CASE(create, QUEUES | BLOOM_FILTER | RINGBUF, "key_size 4",
	     -EINVAL, "this type has no keys, key_size must be 0",
	     .key_size = 4),
	CASE(create, ARRAYS | ARRAY_OF_MAPS, "key_size 8", -EINVAL,
	     "the key of an array is a 4-byte index", .key_size = 8),
	CASE(create, LPM_TRIE, "key_size 4", -EINVAL,
	     "4 bytes of prefix length, then at least one of data",
	     .key_size = 4),
	CASE(create, HASH | LRU_HASH, "key_size 600", 0,
	     "a key may be larger than a program's stack",
	     .key_size = 600, .since = KERNEL(5, 11), .older = -E2BIG),
	CASE(create, EVERY & ~(RINGBUF | MAPS_OF), "value_size 0",
	     -EINVAL, "this type needs a value", .value_size = NONE),
	CASE(create, RINGBUF, "value_size 8", -EINVAL,
	     "a ring buffer has no values, value_size must be 0",
	     .value_size = 8),
	CASE(create, MAPS_OF, "value_size 8", -EINVAL,
	     "the value is a 4-byte descriptor", .value_size = 8),
	CASE(create, HASH, "value_size 1 << 30", -E2BIG,
	     "too large for one allocation in the kernel",
	     .value_size = 1 << 30),
	CASE(create, PERCPU_HASH, "value_size 1 << 16", -E2BIG,
	     "a per-CPU value has at most 32 KiB",
	     .value_size = 1 << 16),
	CASE(create, EVERY, "max_entries 0", -EINVAL,
	     "a map needs room for one entry", .max_entries = NONE),
	CASE(create, ARRAY, "16 TiB", -ENOMEM,
	     "there is no memory for that many entries",
	     .value_size = 1 << 20, .max_entries = 1 << 24,
	     .since = KERNEL(5, 11), .older = -E2BIG),
	CASE(create, HASH, "max_entries 0xffffffff", -E2BIG,
	     "too many entries to address", .max_entries = UINT32_MAX),
	CASE(create, RINGBUF, "max_entries is no power of 2", -EINVAL,
	     "the size in bytes: a power of 2, and whole pages",
	     .max_entries = 3 << 16),
	CASE(create, RINGBUF, "max_entries is less than a page",
	     -EINVAL,
	     "the size in bytes: a power of 2, and whole pages",
	     .max_entries = 8),
	CASE(create, EVERY, "an unknown flag, 1 << 31", -EINVAL,
	     "this kernel knows no such flag", .map_flags = 1U << 31),
	CASE(create, HASH | PERCPU_HASH, "BPF_F_NO_PREALLOC", 0,
	     "entries are allocated when they come",
	     .map_flags = BPF_F_NO_PREALLOC),
	CASE(create, LRU, "BPF_F_NO_PREALLOC", -ENOTSUPP,
	     "an LRU is always preallocated",
	     .map_flags = BPF_F_NO_PREALLOC),
	CASE(create, ARRAYS | QUEUES | RINGBUF, "BPF_F_NO_PREALLOC",
	     -EINVAL, "this type is always preallocated",
	     .map_flags = BPF_F_NO_PREALLOC),
	CASE(create, LPM_TRIE, "no BPF_F_NO_PREALLOC", -EINVAL,
	     "a trie must have this flag",
	     .map_flags = BPF_F_NO_PREALLOC),
	CASE(create, HASH | PERCPU_HASH, "BPF_F_NO_COMMON_LRU", -EINVAL,
	     "the flag is for the two LRU types",
	     .map_flags = BPF_F_NO_COMMON_LRU),
	CASE(create, LRU, "BPF_F_NO_COMMON_LRU", 0,
	     "one LRU list for each CPU",
	     .map_flags = BPF_F_NO_COMMON_LRU),
	CASE(create, HASH | PERCPU_ARRAY, "BPF_F_MMAPABLE", -EINVAL,
	     "this type cannot be mapped into memory",
	     .map_flags = BPF_F_MMAPABLE),
	CASE(create, ARRAY, "BPF_F_MMAPABLE", 0,
	     "mmap can map it into memory",
	     .map_flags = BPF_F_MMAPABLE),
	CASE(create, HASH | ARRAY, "BPF_F_RDONLY and BPF_F_WRONLY",
	     -EINVAL, "choose one of the two",
	     .map_flags = BPF_F_RDONLY | BPF_F_WRONLY),
	CASE(create, MAPS_OF, "inner_map_fd is no descriptor", -EBADF,
	     "a map of maps needs a map as a pattern",
	     .before = close_inner),
	CASE(create, MAPS_OF, "inner_map_fd is of /dev/null", -EINVAL,
	     "a map of maps needs a map as a pattern",
	     .before = give_no_inner),
	CASE(create, HASH, "4 MB of entries, RLIMIT_MEMLOCK is 64 KiB",
	     0, "maps no longer count as locked memory",
	     .max_entries = 1 << 16, .before = lower_memlock,
	     .since = KERNEL(5, 11), .older = -EPERM),
	CASE(create, HASH | ARRAY | QUEUE, "without CAP_BPF", -EPERM,
	     "run it with sudo, or give it CAP_BPF",
	     .state = NO_CAPABILITY, .needs = RESTRICTED),

	/* bpf_map_update_elem */
	CASE(update, HASHES | LPM_TRIE | HASH_OF_MAPS,
	     "BPF_ANY, the key is absent", 0, "inserted"),
	CASE(update, HASHES | LPM_TRIE, "BPF_ANY, the key is present",
	     0, "overwritten", .holds = 1, .after = stays),
	CASE(update, HASHES | LPM_TRIE | HASH_OF_MAPS,
	     "BPF_NOEXIST, the key is absent", 0, "inserted",
	     .flags = BPF_NOEXIST),
	CASE(update, HASHES | HASH_OF_MAPS,
	     "BPF_NOEXIST, the key is present", -EEXIST,
	     "somebody was first, the value is unchanged", .holds = 1,
	     .flags = BPF_NOEXIST),
	CASE(update, LPM_TRIE, "BPF_NOEXIST, the key is present",
	     -EEXIST, "somebody was first, the value is unchanged",
	     .holds = 1, .flags = BPF_NOEXIST, .since = KERNEL(6, 13),
	     .older = OLDER_OK),
	CASE(update, HASHES | LPM_TRIE | HASH_OF_MAPS,
	     "BPF_EXIST, the key is present", 0, "overwritten",
	     .holds = 1, .flags = BPF_EXIST),
	CASE(update, HASHES | HASH_OF_MAPS,
	     "BPF_EXIST, the key is absent", -ENOENT,
	     "nothing to overwrite, and nothing inserted",
	     .flags = BPF_EXIST, .after = is_gone),
	CASE(update, LPM_TRIE, "BPF_EXIST, the key is absent", -ENOENT,
	     "nothing to overwrite, and nothing inserted",
	     .flags = BPF_EXIST, .since = KERNEL(6, 13),
	     .older = OLDER_OK),
	CASE(update, HASH | PERCPU_HASH | HASH_OF_MAPS,
	     "the map is full, a new key", -E2BIG,
	     "no room: max_entries are there", .holds = ENTRIES,
	     .key = NEW, .after = is_gone),
	CASE(update, LPM_TRIE, "the map is full, a new key", -ENOSPC,
	     "no room, and a trie says so with another errno",
	     .holds = ENTRIES, .key = NEW, .after = is_gone),
	CASE(update, HASH | PERCPU_HASH | HASH_OF_MAPS,
	     "the map is full, the key is present", 0,
	     "overwriting needs no room", .holds = ENTRIES),
	CASE(update, LPM_TRIE, "the map is full, the key is present", 0,
	     "overwriting needs no room", .holds = ENTRIES,
	     .since = KERNEL(6, 13), .older = -ENOSPC),
	CASE(update, HASH, "the map is full, BPF_EXIST, a new key",
	     -ENOENT, "the flag is looked at first", .holds = ENTRIES,
	     .key = NEW, .flags = BPF_EXIST),
	CASE(update, LRU, "the map is full, a new key", 0,
	     "something older is gone", .key = 64, .before = fill,
	     .after = evicted),
	CASE(update, ARRAYS | ARRAY_OF_MAPS, "BPF_ANY, in range", 0,
	     "overwritten"),
	CASE(update, ARRAYS, "BPF_EXIST, in range", 0,
	     "overwritten: every index is always present",
	     .flags = BPF_EXIST, .after = stays),
	CASE(update, ARRAYS, "BPF_NOEXIST, in range", -EEXIST,
	     "every index is always present", .flags = BPF_NOEXIST),
	CASE(update, ARRAY_OF_MAPS, "BPF_NOEXIST", -EINVAL,
	     "this type takes no flags", .flags = BPF_NOEXIST),
	CASE(update, ARRAYS | ARRAY_OF_MAPS, "the index is max_entries",
	     -E2BIG, "the last index is max_entries - 1", .key = NEW),
	CASE(update, QUEUES, "there is room", 0, "pushed", .holds = 3,
	     .key = 3),
	CASE(update, QUEUES, "the map is full", -E2BIG,
	     "not pushed: max_entries are there", .holds = ENTRIES,
	     .key = NEW),
	CASE(update, QUEUES, "the map is full, BPF_EXIST", 0,
	     "pushed, and the oldest value is dropped",
	     .holds = ENTRIES, .key = NEW, .flags = BPF_EXIST,
	     .after = dropped_oldest),
	CASE(update, QUEUES | BLOOM_FILTER, "BPF_NOEXIST", -EINVAL,
	     "there are no keys to compare", .flags = BPF_NOEXIST),
	CASE(update, QUEUES | BLOOM_FILTER, "the key is not NULL",
	     -EINVAL, "this type has no keys: pass NULL",
	     .odd = STRAY_KEY),
	CASE(update, BLOOM_FILTER, "a value", 0, "added",
	     .after = stays),
	CASE(update, BLOOM_FILTER, "more values than max_entries", 0,
	     "it is never full, only less exact", .holds = ENTRIES,
	     .key = NEW, .after = stays),
	CASE(update, RINGBUF, "any arguments", -ENOTSUPP,
	     "only BPF programs write to it"),
	CASE(update, MAPS_OF, "the value is no descriptor", -EBADF,
	     "the value is a descriptor of a map",
	     .before = close_inner),
	CASE(update, MAPS_OF, "the value is a descriptor of /dev/null",
	     -EINVAL, "the value is a descriptor of a map",
	     .before = give_no_inner),
	CASE(update, MAPS_OF, "an inner map with another value_size",
	     -EINVAL, "inner maps are alike in type, sizes and flags",
	     .before = give_other_inner),
	CASE(update, LPM_TRIE, "the prefix is longer than the key",
	     -EINVAL, "at most 8 bits for each byte of data",
	     .before = lengthen_prefix),
	CASE(update, HASHES | ARRAYS,
	     "BPF_F_LOCK, no lock in the value", -EINVAL,
	     "the value has no struct bpf_spin_lock",
	     .flags = BPF_F_LOCK),
	CASE(update, HASH | LRU_HASH | ARRAY | LPM_TRIE,
	     "BPF_NOEXIST and BPF_EXIST, flags 3", -EINVAL,
	     "choose one of the two", .flags = 3),
	CASE(update, PERCPU, "BPF_NOEXIST and BPF_EXIST, flags 3", 0,
	     "choose one: a newer kernel overlooks both", .flags = 3,
	     .since = KERNEL(7, 0), .older = -EINVAL),
	CASE(update, HASHES | ARRAYS | LPM_TRIE | QUEUES,
	     "an unknown flag, 1 << 31", -EINVAL,
	     "this kernel knows no such flag", .flags = 1U << 31),
	CASE(update, HASH | ARRAY, "the key is NULL", -EFAULT,
	     "pass the address of a key", .odd = NULL_KEY),
	CASE(update, HASH | ARRAY | QUEUE, "the value is NULL", -EFAULT,
	     "pass the address of a value", .odd = NULL_VALUE),
	CASE(update, HASH, "the descriptor is closed", -EBADF,
	     "no such descriptor", .state = CLOSED),
	CASE(update, HASH, "a descriptor of /dev/null", -EINVAL,
	     "a descriptor, but of no map", .state = NOT_A_MAP),
	CASE(update, HASH | ARRAY | QUEUE, "the map is frozen", -EPERM,
	     "nobody in user space can write to it any more",
	     .state = FROZEN),
	CASE(update, HASH | ARRAY | QUEUE, "created with BPF_F_RDONLY",
	     -EPERM, "this descriptor is for reading",
	     .state = READ_ONLY),
	CASE(update, HASH | ARRAY | QUEUE, "created with BPF_F_WRONLY",
	     0, "this descriptor is for writing", .state = WRITE_ONLY),
	CASE(update, HASH, "the caller has no capability", 0,
	     "whoever has the descriptor may use it",
	     .state = NO_CAPABILITY, .needs = RESTRICTED,
	     .since = KERNEL(5, 19), .older = -EPERM),

	/* bpf_map_lookup_elem */
	CASE(lookup, HASHES | LPM_TRIE, "the key is present", 0,
	     "the value is copied to you", .holds = 1,
	     .after = gives_value),
	CASE(lookup, HASHES | LPM_TRIE | HASH_OF_MAPS,
	     "the key is absent", -ENOENT,
	     "your buffer keeps what it had", .after = wrote_nothing),
	CASE(lookup, HASH, "equal fields, other bytes in the padding",
	     -ENOENT, "padding is part of the key: clear it",
	     .key_size = 8, .before = soil_padding),
	CASE(lookup, LPM_TRIE, "a shorter prefix covers the key", 0,
	     "the longest prefix that matches wins", .key = 7,
	     .before = put_default_route, .after = gives_value),
	CASE(lookup, ARRAYS, "the index was written", 0,
	     "the value is copied to you", .holds = 2, .key = 1,
	     .after = gives_value),
	CASE(lookup, ARRAYS, "the index was never written", 0,
	     "an array starts with zeros", .after = gives_zeros),
	CASE(lookup, PERCPU_ARRAY, "value_size 1", 0,
	     "8 bytes for every possible CPU are written",
	     .value_size = 1, .after = wrote_8_bytes_per_cpu),
	CASE(lookup, PERCPU_HASH, "value_size 1, the key is present", 0,
	     "8 bytes for every possible CPU are written", .holds = 1,
	     .value_size = 1, .after = wrote_8_bytes_per_cpu),
	CASE(lookup, ARRAYS | ARRAY_OF_MAPS, "the index is max_entries",
	     -ENOENT, "the last index is max_entries - 1", .key = NEW,
	     .after = wrote_nothing),
	CASE(lookup, MAPS_OF, "the key holds a map", 0,
	     "you put a descriptor in and get an id out", .holds = 1,
	     .after = id_of_inner),
	CASE(lookup, ARRAY_OF_MAPS, "nothing was put at the index",
	     -ENOENT, "no map is there"),
	CASE(lookup, QUEUES, "it holds values", 0,
	     "a peek: the value stays", .holds = 3,
	     .after = shows_first_out),
	CASE(lookup, QUEUES, "it is empty", -ENOENT,
	     "nothing to peek at"),
	CASE(lookup, QUEUES | BLOOM_FILTER, "the key is not NULL",
	     -EINVAL, "this type has no keys: pass NULL", .holds = 1,
	     .odd = STRAY_KEY),
	CASE(lookup, BLOOM_FILTER, "the value was added", 0,
	     "the value is probably there", .holds = 1),
	CASE(lookup, BLOOM_FILTER, "nothing was added", -ENOENT,
	     "the value is certainly not there"),
	CASE(lookup, RINGBUF, "any arguments", -ENOTSUPP,
	     "read it with ring_buffer__poll"),
	CASE(lookup, HASH | ARRAY, "the key is NULL", -EFAULT,
	     "pass the address of a key", .odd = NULL_KEY),
	CASE(lookup, HASH | ARRAY | QUEUE, "the value is NULL", -EFAULT,
	     "pass the address of a buffer", .holds = 1,
	     .odd = NULL_VALUE, .after = stays),
	CASE(lookup, HASH, "the descriptor is closed", -EBADF,
	     "no such descriptor", .state = CLOSED),
	CASE(lookup, HASH, "a descriptor of /dev/null", -EINVAL,
	     "a descriptor, but of no map", .state = NOT_A_MAP),
	CASE(lookup, HASH | ARRAY | QUEUE, "the map is frozen", 0,
	     "frozen is about writing only", .holds = 1,
	     .state = FROZEN, .after = gives_value),
	CASE(lookup, ARRAY, "created with BPF_F_RDONLY", 0,
	     "this descriptor is for reading", .state = READ_ONLY),
	CASE(lookup, HASH | ARRAY | QUEUE, "created with BPF_F_WRONLY",
	     -EPERM, "this descriptor is for writing",
	     .state = WRITE_ONLY),
	CASE(lookup, HASH, "the caller has no capability", 0,
	     "whoever has the descriptor may use it", .holds = 1,
	     .state = NO_CAPABILITY, .needs = RESTRICTED,
	     .since = KERNEL(5, 19), .older = -EPERM),

	/* bpf_map_lookup_elem_flags */
	CASE(lookup_flags, HASHES | ARRAYS, "flags 0", 0,
	     "the same as bpf_map_lookup_elem", .holds = 1,
	     .after = gives_value),
	CASE(lookup_flags, HASHES | ARRAYS,
	     "BPF_F_LOCK, no lock in the value", -EINVAL,
	     "the value has no struct bpf_spin_lock", .holds = 1,
	     .flags = BPF_F_LOCK),
	CASE(lookup_flags, HASHES | ARRAYS, "BPF_EXIST", -EINVAL,
	     "a flag for updates", .holds = 1, .flags = BPF_EXIST),
	CASE(lookup_flags, HASHES | ARRAYS, "an unknown flag, 1 << 31",
	     -EINVAL, "this kernel knows no such flag", .holds = 1,
	     .flags = 1U << 31),

	/* bpf_map_lookup_and_delete_elem */
	CASE(take, HASHES, "the key is present", 0,
	     "the value is yours, the entry is gone", .holds = 1,
	     .after = taken, .since = KERNEL(5, 14),
	     .older = -ENOTSUPP),
	CASE(take, HASHES, "the key is absent", -ENOENT,
	     "somebody else took it, or it never was there",
	     .after = wrote_nothing, .since = KERNEL(5, 14),
	     .older = -ENOTSUPP),
	CASE(take, QUEUES, "it holds values", 0, "popped", .holds = 3,
	     .after = takes_first_out),
	CASE(take, QUEUES, "it is empty", -ENOENT, "nothing to pop"),
	CASE(take, QUEUES, "the key is not NULL", -EINVAL,
	     "this type has no keys: pass NULL", .holds = 1,
	     .odd = STRAY_KEY, .after = stays),
	CASE(take, ARRAYS | LPM_TRIE, "the key is present", -ENOTSUPP,
	     "not for this type, and the entry stays", .holds = 1,
	     .after = stays),
	CASE(take, BLOOM_FILTER | RINGBUF | MAPS_OF, "any arguments",
	     -ENOTSUPP, "not for this type"),
	CASE(take, HASH, "the key is NULL", -EFAULT,
	     "pass the address of a key", .odd = NULL_KEY),
	CASE(take, HASH, "the value is NULL", -EFAULT,
	     "the entry is gone all the same", .holds = 1,
	     .odd = NULL_VALUE, .after = is_gone,
	     .since = KERNEL(5, 14), .older = -ENOTSUPP),
	CASE(take, HASH, "the descriptor is closed", -EBADF,
	     "no such descriptor", .state = CLOSED),
	CASE(take, HASH, "a descriptor of /dev/null", -EINVAL,
	     "a descriptor, but of no map", .state = NOT_A_MAP),
	CASE(take, HASH | QUEUE, "the map is frozen", -EPERM,
	     "nobody in user space can write to it any more",
	     .holds = 1, .state = FROZEN, .after = stays),
	CASE(take, HASH | QUEUE, "created with BPF_F_RDONLY", -EPERM,
	     "it takes reading and writing", .state = READ_ONLY),
	CASE(take, HASH | QUEUE, "created with BPF_F_WRONLY", -EPERM,
	     "it takes reading and writing", .state = WRITE_ONLY),
	CASE(take, HASH, "the caller has no capability", 0,
	     "whoever has the descriptor may use it", .holds = 1,
	     .state = NO_CAPABILITY, .needs = RESTRICTED,
	     .since = KERNEL(5, 19), .older = -EPERM),

	/* bpf_map_lookup_and_delete_elem_flags */
	CASE(take_flags, HASHES, "flags 0", 0,
	     "the same as bpf_map_lookup_and_delete_elem", .holds = 1,
	     .after = taken, .since = KERNEL(5, 14),
	     .older = -ENOTSUPP),
	CASE(take_flags, HASHES, "BPF_F_LOCK, no lock in the value",
	     -EINVAL, "the value has no struct bpf_spin_lock",
	     .holds = 1, .flags = BPF_F_LOCK, .after = stays),
	CASE(take_flags, HASHES | QUEUES, "an unknown flag, 1 << 31",
	     -EINVAL, "this kernel knows no such flag", .holds = 1,
	     .flags = 1U << 31, .after = stays),

	/* bpf_map_delete_elem */
	CASE(delete, HASHES | LPM_TRIE | HASH_OF_MAPS,
	     "the key is present", 0, "the entry is gone", .holds = 1,
	     .after = is_gone),
	CASE(delete, HASHES | LPM_TRIE | HASH_OF_MAPS,
	     "the key is absent", -ENOENT,
	     "somebody else deleted it, or it never was there"),
	CASE(delete, LPM_TRIE, "a shorter prefix covers the key",
	     -ENOENT, "a delete wants the exact prefix",
	     .before = put_default_route),
	CASE(delete, ARRAYS, "in range", -EINVAL,
	     "an array always has all of its entries", .holds = 1,
	     .after = stays),
	CASE(delete, ARRAYS, "the index is max_entries", -EINVAL,
	     "an array always has all of its entries", .key = NEW),
	CASE(delete, ARRAY_OF_MAPS, "the key holds a map", 0,
	     "the place is empty again", .holds = 1, .after = is_gone),
	CASE(delete, ARRAY_OF_MAPS, "nothing was put at the index",
	     -ENOENT, "no map is there"),
	CASE(delete, ARRAY_OF_MAPS, "the index is max_entries", -E2BIG,
	     "the last index is max_entries - 1", .key = NEW),
	CASE(delete, QUEUES, "it holds values", -EINVAL,
	     "take with bpf_map_lookup_and_delete_elem", .holds = 1,
	     .after = stays),
	CASE(delete, BLOOM_FILTER, "the value was added", -EOPNOTSUPP,
	     "nothing can be removed from it", .holds = 1,
	     .after = stays),
	CASE(delete, RINGBUF, "any arguments", -ENOTSUPP,
	     "not for this type"),
	CASE(delete, HASH, "the key is NULL", -EFAULT,
	     "pass the address of a key", .odd = NULL_KEY),
	CASE(delete, HASH, "the descriptor is closed", -EBADF,
	     "no such descriptor", .state = CLOSED),
	CASE(delete, HASH, "a descriptor of /dev/null", -EINVAL,
	     "a descriptor, but of no map", .state = NOT_A_MAP),
	CASE(delete, HASH | ARRAY, "the map is frozen", -EPERM,
	     "nobody in user space can write to it any more",
	     .holds = 1, .state = FROZEN, .after = stays),
	CASE(delete, HASH, "created with BPF_F_RDONLY", -EPERM,
	     "this descriptor is for reading", .state = READ_ONLY),
	CASE(delete, HASH,
	     "created with BPF_F_WRONLY, the key is absent", -ENOENT,
	     "the descriptor is for writing: it may delete",
	     .state = WRITE_ONLY),
	CASE(delete, HASH, "the caller has no capability", 0,
	     "whoever has the descriptor may use it", .holds = 1,
	     .state = NO_CAPABILITY, .needs = RESTRICTED,
	     .since = KERNEL(5, 19), .older = -EPERM),

	/* bpf_map_get_next_key */
	CASE(next, HASHES | LPM_TRIE | HASH_OF_MAPS,
	     "the key is NULL, the map is empty", -ENOENT,
	     "the end, at once", .odd = NULL_KEY),
	CASE(next, HASHES | LPM_TRIE | HASH_OF_MAPS, "the key is NULL",
	     0, "the first key", .holds = 3, .odd = NULL_KEY,
	     .after = is_first_key),
	CASE(next, HASHES | LPM_TRIE | HASH_OF_MAPS, "the last key",
	     -ENOENT, "the end", .holds = 3, .before = go_to_last),
	CASE(next, HASHES | LPM_TRIE | HASH_OF_MAPS,
	     "the key was never there", 0, "the first key again",
	     .holds = 3, .key = NEW, .after = is_first_key),
	CASE(next, HASHES | LPM_TRIE | HASH_OF_MAPS,
	     "the key was just deleted", 0, "starts over at the first",
	     .holds = 3, .before = delete_last, .after = is_first_key),
	CASE(next, ARRAYS | ARRAY_OF_MAPS, "the key is NULL", 0,
	     "index 0", .key = -1, .odd = NULL_KEY,
	     .after = is_key_after),
	CASE(next, ARRAYS | ARRAY_OF_MAPS, "an index in range", 0,
	     "the next index, also if it was never written", .key = 1,
	     .after = is_key_after),
	CASE(next, ARRAYS | ARRAY_OF_MAPS, "the last index", -ENOENT,
	     "the end", .key = ENTRIES - 1),
	CASE(next, ARRAYS | ARRAY_OF_MAPS, "the index is max_entries",
	     0, "index 0 again", .key = NEW, .after = is_first_key),
	CASE(next, QUEUES, "the key is NULL", -EINVAL,
	     "there are no keys to walk", .holds = 1, .odd = NULL_KEY),
	CASE(next, BLOOM_FILTER, "the key is NULL", -EOPNOTSUPP,
	     "there are no keys to walk", .holds = 1, .odd = NULL_KEY),
	CASE(next, RINGBUF, "the key is NULL", -ENOTSUPP,
	     "there are no keys to walk", .odd = NULL_KEY),
	CASE(next, HASH | ARRAY, "the next key is NULL", -EFAULT,
	     "pass the address of a buffer", .holds = 3, .key = NEW,
	     .odd = NULL_VALUE),
	CASE(next, HASH, "the descriptor is closed", -EBADF,
	     "an error, not the end: look at the errno",
	     .state = CLOSED),
	CASE(next, HASH, "a descriptor of /dev/null", -EINVAL,
	     "a descriptor, but of no map", .state = NOT_A_MAP),
	CASE(next, HASH, "the map is frozen", 0,
	     "frozen is about writing only", .holds = 3, .key = NEW,
	     .state = FROZEN, .after = is_first_key),
	CASE(next, HASH | ARRAY, "created with BPF_F_WRONLY", -EPERM,
	     "this descriptor is for writing", .state = WRITE_ONLY),
	CASE(next, HASH, "the caller has no capability", 0,
	     "whoever has the descriptor may use it", .holds = 3,
	     .key = NEW, .state = NO_CAPABILITY, .needs = RESTRICTED,
	     .since = KERNEL(5, 19), .older = -EPERM),

	/* bpf_map_freeze */
	CASE(freeze, HASHES | ARRAYS | QUEUES | LPM_TRIE, "a new map",
	     0, "user space can only read it from now on"),
	CASE(freeze, HASH | ARRAY, "the map is frozen", -EPERM,
	     "a map is frozen once", .state = FROZEN,
	     .since = KERNEL(6, 5), .older = -EBUSY),
	CASE(freeze, ARRAY, "the map is mapped into memory", -EBUSY,
	     "somebody can write to it: munmap first",
	     .map_flags = BPF_F_MMAPABLE, .before = map_to_memory),
	CASE(freeze, HASH, "created with BPF_F_RDONLY", -EPERM,
	     "this descriptor is for reading", .state = READ_ONLY,
	     .since = KERNEL(6, 5), .older = OLDER_OK),
	CASE(freeze, HASH, "the descriptor is closed", -EBADF,
	     "no such descriptor", .state = CLOSED),
	CASE(freeze, HASH, "a descriptor of /dev/null", -EINVAL,
	     "a descriptor, but of no map", .state = NOT_A_MAP),

	/* bpf_map_update_batch */
	CASE(update_batch, HASHES | ARRAY, "four keys, room for four",
	     0, "all are stored", .after = counts_4),
	CASE(update_batch, PERCPU_ARRAY, "four keys, room for four", 0,
	     "all are stored", .after = counts_4,
	     .since = KERNEL(5, 13), .older = -ENOTSUPP),
	CASE(update_batch, LPM_TRIE, "four keys, room for four", 0,
	     "all are stored", .after = counts_4,
	     .since = KERNEL(5, 13), .older = -ENOTSUPP),
	CASE(update_batch, HASH | PERCPU_HASH,
	     "four keys, room for two", -E2BIG,
	     "the first two are stored, and count says so", .holds = 2,
	     .key = 2, .after = counts_2),
	CASE(update_batch, ARRAY, "two of four indexes in range",
	     -E2BIG, "the first two are stored, and count says so",
	     .key = 2, .after = counts_2),
	CASE(update_batch, HASH, "count 0", 0, "nothing to do",
	     .count = NONE),
	CASE(update_batch, HASH | ARRAY,
	     "BPF_F_LOCK, no lock in the value", -EINVAL,
	     "the value has no struct bpf_spin_lock",
	     .flags = BPF_F_LOCK),
	CASE(update_batch, HASH | ARRAY, "an unknown flag, 1 << 31",
	     -EINVAL, "this kernel knows no such flag",
	     .flags = 1U << 31),
	CASE(update_batch, HASH, "the keys are NULL", -EFAULT,
	     "pass an array of keys", .odd = NULL_KEY),
	CASE(update_batch, QUEUES | BLOOM_FILTER | RINGBUF,
	     "any arguments", -ENOTSUPP, "not for this type"),
	CASE(update_batch, HASH, "the descriptor is closed", -EBADF,
	     "no such descriptor", .state = CLOSED),
	CASE(update_batch, HASH, "the map is frozen", -EPERM,
	     "nobody in user space can write to it any more",
	     .state = FROZEN),

	/* bpf_map_lookup_batch */
	CASE(lookup_batch, HASHES, "two entries, room for four",
	     -ENOENT, "all were copied: ENOENT is the end", .holds = 2,
	     .after = counts_2),
	CASE(lookup_batch, LPM_TRIE, "two entries, room for four",
	     -ENOENT, "all were copied: ENOENT is the end", .holds = 2,
	     .after = counts_2, .since = KERNEL(5, 13),
	     .older = -ENOTSUPP),
	CASE(lookup_batch, HASHES, "the map is empty", -ENOENT,
	     "the end, at once", .after = counts_0),
	CASE(lookup_batch, ARRAY, "two entries, room for four", -ENOENT,
	     "all were copied: ENOENT is the end", .max_entries = 2,
	     .after = counts_2),
	CASE(lookup_batch, ARRAY, "four entries, room for four", 0,
	     "all were copied, the next call says ENOENT",
	     .after = counts_4),
	CASE(lookup_batch, PERCPU_ARRAY, "four entries, room for four",
	     0, "all were copied, the next call says ENOENT",
	     .after = counts_4, .since = KERNEL(5, 13),
	     .older = -ENOTSUPP),
	CASE(lookup_batch, HASH, "count 0", 0, "nothing to do",
	     .holds = 1, .count = NONE),
	CASE(lookup_batch, HASH | ARRAY,
	     "BPF_F_LOCK, no lock in the value", -EINVAL,
	     "the value has no struct bpf_spin_lock", .holds = 1,
	     .flags = BPF_F_LOCK),
	CASE(lookup_batch, HASH | ARRAY, "the keys are NULL", -EFAULT,
	     "pass an array of keys", .holds = 1, .odd = NULL_KEY),
	CASE(lookup_batch, QUEUES | BLOOM_FILTER | RINGBUF,
	     "any arguments", -ENOTSUPP, "not for this type"),
	CASE(lookup_batch, HASH, "created with BPF_F_WRONLY", -EPERM,
	     "this descriptor is for writing", .state = WRITE_ONLY),

	/* bpf_map_lookup_and_delete_batch */
	CASE(take_batch, HASHES, "two entries, room for four", -ENOENT,
	     "all were taken: ENOENT is the end", .holds = 2,
	     .after = taken_2),
	CASE(take_batch, HASHES, "the map is empty", -ENOENT,
	     "the end, at once", .after = counts_0),
	CASE(take_batch, ARRAYS | LPM_TRIE | QUEUES | RINGBUF,
	     "any arguments", -ENOTSUPP, "not for this type"),
	CASE(take_batch, HASH, "the map is frozen", -EPERM,
	     "nobody in user space can write to it any more",
	     .holds = 1, .state = FROZEN, .after = stays),

	/* bpf_map_delete_batch */
	CASE(delete_batch, HASHES, "four keys, all present", 0,
	     "all are gone", .holds = 4, .after = counts_4),
	CASE(delete_batch, LPM_TRIE, "four keys, all present", 0,
	     "all are gone", .holds = 4, .after = counts_4,
	     .since = KERNEL(5, 13), .older = -ENOTSUPP),
	CASE(delete_batch, HASHES, "four keys, the third is absent",
	     -ENOENT, "the first two are gone, and count says so",
	     .holds = 2, .after = counts_2),
	CASE(delete_batch, ARRAYS | QUEUES | RINGBUF, "any arguments",
	     -ENOTSUPP, "not for this type"),
	CASE(delete_batch, HASH, "the map is frozen", -EPERM,
	     "nobody in user space can write to it any more",
	     .holds = 4, .state = FROZEN, .after = stays),

	/* bpf_obj_get_info_by_fd, and its kin by id */
	CASE(info, EVERY, "any map", 0, "what the kernel stored"),
	CASE(info, HASH, "created with BPF_F_WRONLY", 0,
	     "asking needs no access", .state = WRITE_ONLY),
	CASE(info, HASH, "the map is frozen", 0,
	     "frozen is about writing only", .state = FROZEN),
	CASE(info, HASH, "info is NULL", -EFAULT,
	     "pass the address of a struct bpf_map_info",
	     .odd = NULL_VALUE),
	CASE(info, HASH, "info_len too large, a byte behind is not 0",
	     -E2BIG, "clear the struct before the call",
	     .odd = STRAY_BYTE),
	CASE(info, HASH, "the descriptor is closed", -EBADFD,
	     "not EBADF: this call alone has EBADFD", .state = CLOSED),
	CASE(info, HASH, "a descriptor of /dev/null", -EINVAL,
	     "a descriptor, but of no map", .state = NOT_A_MAP),
	CASE(fd_by_id, HASH, "the id of a map", 0,
	     "a second holder of the map", .needs = SYS_ADMIN),
	CASE(fd_by_id, HASH, "no map has the id", -ENOENT,
	     "the map is gone", .key = INT32_MAX - 1,
	     .needs = SYS_ADMIN),
	CASE(fd_by_id, HASH, "without CAP_SYS_ADMIN", -EPERM,
	     "CAP_BPF is not enough", .state = NO_SYS_ADMIN),
	CASE(next_id, HASH, "there is a map", 0, "the smallest id",
	     .needs = SYS_ADMIN),
	CASE(next_id, HASH, "no larger id", -ENOENT, "the end",
	     .key = INT32_MAX - 1, .needs = SYS_ADMIN),
	CASE(next_id, HASH, "without CAP_SYS_ADMIN", -EPERM,
	     "CAP_BPF is not enough", .state = NO_SYS_ADMIN),
};

/* ---- The stage -------------------------------------------------- */

// Makes those capabilities effective that are in `mask` and that
// the process may have. A mask of ~0 brings all of them back.
static int limit_capabilities(uint64_t mask, uint64_t *permitted)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct set[2];

	if (syscall(SYS_capget, &header, set) < 0)
		return -errno;
	*permitted =
		(uint64_t)set[1].permitted << 32 | set[0].permitted;
	set[0].effective = set[0].permitted & (uint32_t)mask;
	set[1].effective = set[1].permitted & (uint32_t)(mask >> 32);
	return syscall(SYS_capset, &header, set) < 0 ? -errno : 0;
}

#define ALL_CAPABILITIES (~UINT64_C(0))
#define BIT(capability)	 (UINT64_C(1) << (capability))

// What cases depend on in this run.
static int running_kernel;
static bool sys_admin, restricted;

static int look_around(void)
{
	int major = 0, minor = 0, level = 0;
	struct utsname name;
	uint64_t permitted;
	FILE *file;
	int err;

	cpus = libbpf_num_possible_cpus();
	if (cpus < 0)
		return cpus;
	if (uname(&name) == 0)
		sscanf(name.release, "%d.%d", &major, &minor);
	running_kernel = KERNEL(major, minor);

	err = limit_capabilities(ALL_CAPABILITIES, &permitted);
	if (err < 0)
		return err;
	sys_admin = permitted & BIT(CAP_SYS_ADMIN);

	file = fopen("/proc/sys/kernel/unprivileged_bpf_disabled", "r");
	if (file) {
		restricted = fscanf(file, "%d", &level) == 1 && level;
		fclose(file);
	}
	values = calloc(ENTRIES + 1, 8 * (size_t)cpus);
	checked = calloc(ENTRIES + 1, 8 * (size_t)cpus);
	return values && checked ? 0 : -ENOMEM;
}

// Before Linux 5.11 maps count as locked memory. libbpf raises the
// limit if the caller may.
static bool is_memlock_low(void)
{
	struct rlimit limit;

	return running_kernel < KERNEL(5, 11) &&
	       getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	       limit.rlim_cur < 16 << 20;
}

// Makes what the case needs: the map, its entries, its state.
static int set_up(struct scene *s)
{
	const struct atlas_case *c = s->c;
	int err = 0;

	if (is(s, MAPS_OF)) {
		s->inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "inner",
					  4, 8, 1, NULL);
		if (s->inner < 0)
			return s->inner;
	}
	if (c->call != &create) {
		s->map = s->fd = make_create(s);
		if (s->map < 0)
			return s->map;
	}
	for (int i = 0; err == 0 && i < c->holds; i++)
		err = put(s, i);
	if (err == 0 && c->before)
		err = c->before(s);
	if (err == 0 && c->state == FROZEN)
		err = bpf_map_freeze(s->map);
	if (c->state == CLOSED) {
		s->fd = dup(s->map);
		close(s->fd);
	}
	if (c->state == NOT_A_MAP)
		s->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return err;
}

// Makes the call, with the capabilities that the case allows.
static int call(struct scene *s)
{
	uint64_t permitted;
	int got;

	if (s->c->state == NO_CAPABILITY)
		limit_capabilities(0, &permitted);
	if (s->c->state == NO_SYS_ADMIN)
		limit_capabilities(~BIT(CAP_SYS_ADMIN), &permitted);
	errno = 0;
	got = s->c->call->make(s);
	s->seen_errno = errno;
	limit_capabilities(ALL_CAPABILITIES, &permitted);
	if (got >= 0 && s->c->call->returns_fd) {
		s->fd = got;
		return 0;
	}
	return got;
}

// Takes everything down again, whatever became of it.
static void tear_down(struct scene *s)
{
	if (mapped != MAP_FAILED)
		munmap(mapped, (size_t)getpagesize());
	mapped = MAP_FAILED;
	if (s->fd >= 0 && s->fd != s->map && s->c->state != CLOSED)
		close(s->fd);
	if (s->map >= 0)
		close(s->map);
	if (s->inner >= 0)
		close(s->inner);
	if (saved_stdin >= 0) {
		dup2(saved_stdin, 0);
		close(saved_stdin);
		saved_stdin = -1;
	}
	if (memlock_lowered)
		setrlimit(RLIMIT_MEMLOCK, &memlock);
	memlock_lowered = false;
}

/* ---- The report ------------------------------------------------- */

// A result in words: "0", "a descriptor" or "EEXIST (17)".
static const char *in_words(const struct call *who, int result,
			    char *words, size_t size)
{
	const char *name = strerrorname_np(-result);

	if (result == -ENOTSUPP)
		name = "ENOTSUPP";
	if (result == 0)
		snprintf(words, size, "%s",
			 who->returns_fd ? "a descriptor" : "0");
	else
		snprintf(words, size, "%s (%d)", name ? name : "errno",
			 -result);
	return words;
}

// Which kernels differ: "since 5.16", "0 since 5.14, ENOTSUPP (524)
// before", or "-".
static const char *kernels_in_words(const struct atlas_case *c,
				    int since, char *words, size_t size)
{
	const int major = since >> 8, minor = since & 0xff;
	char now[64], older[64];

	in_words(c->call, c->expected, now, sizeof(now));
	in_words(c->call, c->older == OLDER_OK ? 0 : c->older, older,
		 sizeof(older));
	if (!since)
		snprintf(words, size, "-");
	else if (!c->older)
		snprintf(words, size, "since %d.%d", major, minor);
	else
		snprintf(words, size, "%s since %d.%d, %s before", now,
			 major, minor, older);
	return words;
}

// What became of a case on one map type.
struct outcome {
	int want, got;
	const char *skip;  // why it could not be played, or NULL
	const char *fault; // what is wrong besides the result, or NULL
};

static const char *why_not(const struct atlas_case *c,
			   const struct kind *k)
{
	if (c->needs == SYS_ADMIN && !sys_admin)
		return "needs CAP_SYS_ADMIN: run it as root";
	if (c->needs == RESTRICTED && !restricted)
		return "kernel.unprivileged_bpf_disabled is 0";
	if (k->since && libbpf_probe_bpf_map_type(k->type, NULL) != 1)
		return "this kernel is too old: no such map type";
	return NULL;
}

static struct outcome play(const struct atlas_case *c,
			   const struct kind *k)
{
	struct scene s = {
		.c = c,
		.kind = k,
		.map = -1,
		.fd = -1,
		.inner = -1,
		.count = UINT32_MAX,
	};
	struct outcome o = { .want = c->expected,
			     .skip = why_not(c, k) };
	const int older = c->older == OLDER_OK ? 0 : c->older;

	if (o.skip)
		return o;
	set_key(&s, s.key, c->key);
	memset(s.next, 0xa5, sizeof(s.next));
	o.got = set_up(&s);
	if (o.got < 0)
		o.fault = "the scene could not be set up";
	else
		o.got = call(&s);

	// Distributions port back what a newer kernel brought. So an
	// older kernel may give either answer.
	if (running_kernel < c->since && !o.fault && o.got != o.want &&
	    c->older && o.got == older)
		o.want = older;
	else if (!o.fault && o.got == o.want && c->after)
		o.fault = c->after(&s);
	if (!o.fault && o.got < 0 && s.seen_errno != -o.got)
		o.fault = "errno has another number";
	if (running_kernel < c->since && !c->older &&
	    (o.fault || o.got != o.want))
		o.skip = "this kernel is too old";
	tear_down(&s);
	return o;
}

// A line of TAP: what a test harness such as prove reads.
static void print_tap(const struct atlas_case *c, const struct kind *k,
		      const struct outcome *o, int number)
{
	const bool ok = o->skip || (!o->fault && o->got == o->want);
	char got[64], want[64];

	in_words(c->call, o->got, got, sizeof(got));
	in_words(c->call, o->want, want, sizeof(want));
	printf("%s %d - %s %s: %s", ok ? "ok" : "not ok", number,
	       c->call->name, k->name, c->situation);
	if (o->skip)
		printf(" # SKIP %s\n", o->skip);
	else if (ok)
		printf(": %s\n", got);
	else
		printf("\n# expected %s, got %s%s%s\n", want, got,
		       o->fault ? ": " : "", o->fault ? o->fault : "");
}

// A row for the book: what the kernel gave, never what it should.
static void print_row(const struct atlas_case *c, const struct kind *k,
		      const struct outcome *o)
{
	char got[64], kernels[256];
	const int since = c->since ? c->since : k->since;

	if (o->skip)
		return;
	in_words(c->call, o->got, got, sizeof(got));
	kernels_in_words(c, since, kernels, sizeof(kernels));
	printf("%s\t%s\t%s\t%s\t%s\t%s\n", c->call->name, k->name,
	       c->situation, got, c->meaning, kernels);
}

enum { CASES = sizeof(cases) / sizeof(*cases) };
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

// Plays every case on every one of its map types.
static int play_all(bool rows)
{
	int total = 0, number = 0, failures = 0;

	for (int i = 0; i < CASES; i++)
		total += __builtin_popcount(cases[i].maps);
	if (rows)
		puts("call\tmap\tsituation\tresult\tmeaning\tkernels");
	else
		printf("1..%d\n", total);

	for (int i = 0; i < CASES * KINDS; i++) {
		const struct atlas_case *c = &cases[i / KINDS];
		const struct kind *k = &kinds[i % KINDS];
		struct outcome o;

		if (!(c->maps & 1U << (i % KINDS)))
			continue;
		o = play(c, k);
		failures += !o.skip && (o.fault || o.got != o.want);
		if (rows)
			print_row(c, k, &o);
		else
			print_tap(c, k, &o, ++number);
	}
	if (failures)
		fprintf(stderr,
			"%d of %d results are not those of the table: "
			"see ./errno_atlas\n",
			failures, total);
	return failures ? -1 : 0;
}

int main(int argc, char **argv)
{
	const bool rows = argc == 2 && strcmp(argv[1], "--rows") == 0;
	int err, fd;

	if (argc > 1 && !rows) {
		fprintf(stderr, "Usage: errno_atlas [--rows]\n"
				"See what each map call returns, and "
				"when.\n");
		return 2;
	}
	err = look_around();
	fd = err < 0 ? err
		     : bpf_map_create(BPF_MAP_TYPE_ARRAY, "probe", 4, 8,
				      1, NULL);
	if (fd < 0) {
		fprintf(stderr, "bpf_map_create: %s\n", strerror(-fd));
		if (fd == -EPERM)
			fprintf(stderr,
				"You need CAP_BPF: run this with sudo, "
				"or run \"sudo setcap cap_bpf+ep\" on "
				"it once.\n");
	} else if (is_memlock_low()) {
		fprintf(stderr,
			"Before Linux 5.11 maps count as locked "
			"memory, and your limit\nis too low for the "
			"atlas: run \"ulimit -l 16384\" as root "
			"first.\n");
		close(fd);
		err = -EPERM;
	} else {
		close(fd);
		err = play_all(rows);
	}
	free(values);
	free(checked);

	// A full disk shows when the buffered output is written.
	if (fflush(stdout) == EOF || ferror(stdout)) {
		perror("cannot write to stdout");
		return EXIT_FAILURE;
	}
	return fd < 0 || err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
