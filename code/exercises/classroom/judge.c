/* SPDX-License-Identifier: MIT */

// The judge: see judge.h for what a check is written with.
//
//   check [--seed N] [--times N] [--all] [--fence] [--patience N]
//         -- PLAYER [ARGUMENT...]
//   check --list | --rules
//
// runs the checks of an exercise against a player. It stops at the
// first check that fails; with --all it goes on, unless it was the
// very first, which is the job itself. --times N runs each check with
// N seeds. --fence hands a filter of system calls to the player's
// command, for bubblewrap. --patience N makes the limits on time N
// times as long, for an emulated processor. --list names the checks,
// one a line, --rules the rules.
//
// Status: 0 all passed, 1 a check failed, 77 the kernel cannot do
// this exercise, 2 wrong arguments or a fault that no learner caused.
//
// Why no checking library: libcheck and its kin run a test and the
// code under test in one process, or fork and take the child's exit
// status for the result, so that a learner's exit(0) can pass. Here
// a pass is only what the judge saw with its own descriptors.
#define _GNU_SOURCE
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "judge.h"

// Since Linux 6.6, and not yet in every linux/seccomp.h.
#define NOTIF_SET_FLAGS	   SECCOMP_IOW(4, __u64)
#define NOTIF_SYNC_WAKE_UP UINT64_C(1)
#define ENOTSUPP	   524 // the kernel's own; no header has it

enum {
	PASSED = 0,
	FAILED = 1,
	FAULT = 2,
	SKIPPED = 77,
	CPU_SECONDS = 2,   // of the processor, between two bpf(2) calls
	SLEEP_SECONDS = 5, // asleep, in one call
	START_SECONDS = 30,	// of both, until its main begins
	PLAY_SECONDS = 300,	// of both, for an exercise
	CLOCK_SECONDS = 3600,	// after which the machine is at fault
	MAX_BPF_CALLS = 20000,	// in one call
	MAX_PRINTED = 1 << 20,	// bytes, by one player
	MAX_MEMORY = 256 << 20, // bytes that a player touches
	FENCE = 4,		// descriptor of a filter, see --fence
	MAX_HELD = 64,		// descriptors
	MAX_COMMANDS = 64,	// of bpf(2)
	LARGE = 512,		// room of a map that is looked at less
	MANY_CALLS = 2100,	// that a retry must bear
	MOST_VARIES = 32, // calls more or fewer, asked the same again
	VARIES_AN_ENTRY = 8, // and so many for each entry of the maps
	MOST_DRAWS = 240,    // of moments, where the calls vary
};

static struct player {
	pid_t pid;   // what was started: the player or its sandbox
	pid_t inner; // the player, as this process sees it
	int channel, listener, output;
	char printed[8192];
	size_t kept, total;
	int64_t cpu;   // milliseconds that it has used, when looked at
	bool crashing; // a sanitizer is at work
	bool going;    // it was asked, and has not answered
} player = { .pid = 0 };

static char **player_command;
static const char *check_name;
static jmp_buf check_failed;
static char tried_text[1024];
static uint64_t seed, random_state;
static int times = 1, patience = 1;
static bool all, fence;

static int held[MAX_HELD];
static size_t held_count;

static int calls_made, changes_made, calls_in_check;
static int varies;	 // calls more or fewer, asked the same again
static bool interfering; // a rival is at work
static int calls_by_command[MAX_COMMANDS];
static int64_t play_began; // now_ms()
static int64_t play_used;  // ms that ended players worked, all slept

// What the judge does to the next call.
static struct plan {
	const struct rival *rivals; // at work before the calls
	int first, last;	    // from this one to that one:
	int which;		    // one of them, or -1 for any
	bool before_changes; // of those calls that can change a map
	int error;	     // negative, in place of the calls
	int error_first, error_last;
	bool same_command; // only calls like the first of them
	bool interfered;
} plan;

// --- faults ---------------------------------------------------------

static void end_player(void);
__attribute__((noreturn)) static void
report_spoiled_map(const char *what, int err);

void fault(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "The grader has a fault: ");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	end_player();
	exit(FAULT);
}

void skip(const char *why)
{
	printf("skip - %s\n", why);
	end_player();
	exit(SKIPPED);
}

static const char *errno_name(int err)
{
	const char *name = strerrorname_np(-err);

	if (err == -ENOTSUPP)
		return "ENOTSUPP";
	return name ? name : "no errno";
}

void must(const char *what, int err)
{
	if (err < 0 && interfering)
		report_spoiled_map(what, err);
	if (err == -EPERM)
		fault("%s: EPERM: the map calls need CAP_BPF", what);
	if (err < 0)
		fault("%s: %s (%d)", what, errno_name(err), -err);
}

// --- values ---------------------------------------------------------

// splitmix64: any seed is as good as another.
uint64_t random64(void)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t random32(void)
{
	return (uint32_t)(random64() >> 32);
}

uint32_t random_between(uint32_t low, uint32_t high)
{
	return low + random32() % (high - low + 1);
}

void random_distinct(uint32_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		numbers[i] = random_between(1, 999999);
		for (size_t j = 0; j < i; j++)
			if (numbers[j] == numbers[i]) {
				i--;
				break;
			}
	}
}

// What is lost in a narrower type, taken for "nothing there", for -1,
// or for an errno.
static const uint32_t hurting_keys[] = {
	0,	    UINT32_MAX, 0x10000,    0x80000000,
	0x7fffffff, 0xffff,	0xfffffffe, 1,
};
static const uint64_t hurting_values[] = {
	UINT64_MAX,	   0,
	UINT64_C(1) << 32, UINT64_C(1) << 63,
	UINT32_MAX,	   UINT64_C(0x0000000100000001),
	(uint64_t)-2,	   UINT64_C(0x8000000080000000),
};
enum { HURTS = sizeof(hurting_keys) / sizeof(*hurting_keys) };
_Static_assert(sizeof(hurting_values) / sizeof(*hurting_values) ==
		       HURTS,
	       "as many values as keys");

static size_t hurt, values_drawn;

// Every fourth time or so it is a value that does not hurt.
uint32_t a_key(void)
{
	const size_t i = hurt % (HURTS + 2);

	return i < HURTS ? hurting_keys[i] : random32();
}

uint64_t a_value(void)
{
	const size_t i = (hurt + 3 * values_drawn++) % (HURTS + 2);

	return i < HURTS ? hurting_values[i] : random64();
}

// --- maps -----------------------------------------------------------

static int hold(int fd)
{
	if (held_count == MAX_HELD)
		fault("a check holds too many descriptors");
	return held[held_count++] = fd;
}

static void release_down_to(size_t count)
{
	while (held_count > count)
		close(held[--held_count]);
}

int map_with_flags(enum bpf_map_type type, uint32_t key_size,
		   uint32_t value_size, uint32_t max_entries,
		   uint32_t flags)
{
	// With this flag the order of a walk follows from the keys
	// alone, and the same text gets the same mark. The kernel
	// wants CAP_SYS_ADMIN for it, which a grader has. A learner
	// may do without: there the order is another each time.
	static uint32_t zero_seed = BPF_F_ZERO_SEED;
	const bool hash = type == BPF_MAP_TYPE_HASH;
	struct bpf_map_create_opts opts = {
		.sz = sizeof(opts),
		.map_flags = flags | (hash ? zero_seed : 0),
	};
	int fd = bpf_map_create(type, "exercise", key_size, value_size,
				max_entries, &opts);

	if (fd == -EPERM && hash && zero_seed) {
		zero_seed = 0;
		opts.map_flags = flags;
		fd = bpf_map_create(type, "exercise", key_size,
				    value_size, max_entries, &opts);
	}
	must("bpf_map_create", fd);
	return hold(fd);
}

int map(enum bpf_map_type type, uint32_t key_size, uint32_t value_size,
	uint32_t max_entries)
{
	return map_with_flags(type, key_size, value_size, max_entries,
			      0);
}

int table(uint32_t max_entries)
{
	return map(BPF_MAP_TYPE_HASH, sizeof(uint32_t),
		   sizeof(uint64_t), max_entries);
}

void put(int fd, uint32_t key, uint64_t value)
{
	must("bpf_map_update_elem",
	     bpf_map_update_elem(fd, &key, &value, BPF_ANY));
}

bool get(int fd, uint32_t key, uint64_t *value)
{
	int err = bpf_map_lookup_elem(fd, &key, value);

	if (err == -ENOENT)
		return false;
	must("bpf_map_lookup_elem", err);
	return true;
}

void drop(int fd, uint32_t key)
{
	removed(fd, key);
}

bool insert(int fd, uint32_t key, uint64_t value)
{
	int err = bpf_map_update_elem(fd, &key, &value, BPF_NOEXIST);

	if (err != -EEXIST && err != -E2BIG)
		must("bpf_map_update_elem", err);
	return err == 0;
}

bool removed(int fd, uint32_t key)
{
	int err = bpf_map_delete_elem(fd, &key);

	if (err != -ENOENT)
		must("bpf_map_delete_elem", err);
	return err == 0;
}

void put_neighbours(int fd, uint32_t key)
{
	put(fd, key ^ 1, random64());
	put(fd, key ^ UINT32_C(0x10000), random64());
	put(fd, key ^ UINT32_C(0x80000000), random64());
	put(fd, ~key, random64());
}

uint32_t entries(int fd)
{
	unsigned char key[512], next[512];
	struct bpf_map_info info;
	uint32_t count = 0;
	int err;

	if (!info_of(fd, &info) || info.key_size > sizeof(key))
		fault("no map to count the entries of");
	err = bpf_map_get_next_key(fd, NULL, next);
	while (err == 0) {
		count++;
		memcpy(key, next, sizeof(key));
		err = bpf_map_get_next_key(fd, key, next);
	}
	if (err != -ENOENT)
		must("bpf_map_get_next_key", err);
	return count;
}

void need_hash_take(void)
{
	int fd = table(1);
	uint32_t key = 0;
	uint64_t value;

	if (bpf_map_lookup_and_delete_elem(fd, &key, &value) ==
	    -ENOTSUPP)
		skip("taking from a hash came with Linux 5.14");
}

int not_a_map(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fault("/dev/null: %s", strerror(errno));
	return hold(fd);
}

bool info_of(int fd, struct bpf_map_info *info)
{
	uint32_t size = sizeof(*info);

	memset(info, 0, size);
	return fd > 0 && bpf_obj_get_info_by_fd(fd, info, &size) == 0;
}

const char *type_name(uint32_t type)
{
	static char number[32];

	switch (type) {
	case BPF_MAP_TYPE_HASH:
		return "BPF_MAP_TYPE_HASH";
	case BPF_MAP_TYPE_ARRAY:
		return "BPF_MAP_TYPE_ARRAY";
	case BPF_MAP_TYPE_PERCPU_HASH:
		return "BPF_MAP_TYPE_PERCPU_HASH";
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		return "BPF_MAP_TYPE_PERCPU_ARRAY";
	case BPF_MAP_TYPE_LRU_HASH:
		return "BPF_MAP_TYPE_LRU_HASH";
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return "BPF_MAP_TYPE_LRU_PERCPU_HASH";
	case BPF_MAP_TYPE_LPM_TRIE:
		return "BPF_MAP_TYPE_LPM_TRIE";
	case BPF_MAP_TYPE_QUEUE:
		return "BPF_MAP_TYPE_QUEUE";
	case BPF_MAP_TYPE_STACK:
		return "BPF_MAP_TYPE_STACK";
	case BPF_MAP_TYPE_RINGBUF:
		return "BPF_MAP_TYPE_RINGBUF";
	}
	snprintf(number, sizeof(number), "another type, number %u",
		 type);
	return number;
}

// --- worlds ---------------------------------------------------------

// The maps of the present question. What the judge may not read, such
// as a descriptor for writing only, it does not watch.
static struct watched {
	int fd; // 0: nothing to watch
	struct bpf_map_info info;
} watched[MAX_MAPS];
static bool watch_closely; // not only before and after the call
static struct history seen;
static size_t moments_held;

struct question asked;
static const struct contract *now_contract;
const struct rule *now_rule;

struct entry *find(const struct contents *c, uint64_t key)
{
	uint32_t low = 0, high = c->count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (c->entries[middle].key == key)
			return &c->entries[middle];
		if (c->entries[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool add_pair(struct contents *c, uint64_t key, uint64_t first,
	      uint64_t second)
{
	struct entry *e = c->queue ? NULL : find(c, key);
	uint32_t at = c->count;

	if (!e && c->count >= c->room)
		return false;
	if (!e) {
		while (!c->queue && at > 0 &&
		       c->entries[at - 1].key > key)
			at--;
		e = &c->entries[at];
		memmove(e + 1, e, (c->count - at) * sizeof(*e));
		c->count++;
	}
	*e = (struct entry){ key, { first, second } };
	return true;
}

bool add(struct contents *c, uint64_t key, uint64_t value)
{
	return add_pair(c, key, value, 0);
}

void take_out(struct contents *c, struct entry *entry)
{
	const size_t at = (size_t)(entry - c->entries);

	c->count--;
	memmove(entry, entry + 1, (c->count - at) * sizeof(*entry));
}

static void free_world(struct world *w)
{
	for (int i = 0; i < MAX_MAPS; i++)
		free(w->map[i].entries);
}

static struct world copy_of(const struct world *w)
{
	struct world copy = *w;

	for (int i = 0; i < MAX_MAPS; i++) {
		struct contents *c = &copy.map[i];

		c->entries = calloc(c->room + 1, sizeof(struct entry));
		if (!c->entries)
			fault("no memory for a world");
		memcpy(c->entries, w->map[i].entries,
		       c->count * sizeof(struct entry));
	}
	return copy;
}

static bool same_contents(const struct contents *a,
			  const struct contents *b)
{
	return a->count == b->count &&
	       memcmp(a->entries, b->entries,
		      a->count * sizeof(struct entry)) == 0;
}

static bool same_world(const struct world *a, const struct world *b)
{
	for (int i = 0; i < MAX_MAPS; i++)
		if (!same_contents(&a->map[i], &b->map[i]))
			return false;
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct entry *first = a, *second = b;

	return (first->key > second->key) - (first->key < second->key);
}

// A queue has no call that shows all of it. While the player waits,
// nobody minds if its values are taken out and put back.
static void read_queue(const struct watched *m, struct contents *c)
{
	int err = 0;

	while (c->count < c->room && err == 0) {
		err = bpf_map_lookup_and_delete_elem(
			m->fd, NULL, c->entries[c->count].value);
		c->count += err == 0;
	}
	for (uint32_t i = 0; i < c->count; i++)
		must("bpf_map_update_elem",
		     bpf_map_update_elem(m->fd, NULL,
					 c->entries[i].value, BPF_ANY));
}

// All entries with one call. A bucket takes as many bytes as a key
// for the cursor, or four.
static void read_hash(const struct watched *m, struct contents *c)
{
	const uint32_t key_size = m->info.key_size;
	const uint32_t value_size = m->info.value_size;
	uint32_t count = c->room + 1;
	unsigned char cursor[64];
	char *keys = calloc(count, key_size);
	char *values = calloc(count, value_size);
	int err;

	if (!keys || !values)
		fault("no memory to read a map");
	err = bpf_map_lookup_batch(m->fd, NULL, cursor, keys, values,
				   &count, NULL);
	if (err != -ENOENT)
		must("bpf_map_lookup_batch", err);
	for (uint32_t i = 0; i < count; i++) {
		struct entry *e = &c->entries[i];

		memcpy(&e->key, keys + i * key_size, key_size);
		memcpy(e->value, values + i * value_size, value_size);
	}
	c->count = count;
	free(keys);
	free(values);
	qsort(c->entries, c->count, sizeof(struct entry), by_key);
}

static struct world world_now(void)
{
	struct world w = { .map = { { .room = 0 } } };

	for (int i = 0; i < MAX_MAPS; i++) {
		const struct watched *m = &watched[i];
		struct contents *c = &w.map[i];

		c->room = m->fd > 0 ? m->info.max_entries : 0;
		c->queue = m->info.type == BPF_MAP_TYPE_QUEUE;
		c->entries = calloc(c->room + 2, sizeof(struct entry));
		if (!c->entries)
			fault("no memory for a world");
		if (m->fd > 0 && c->queue)
			read_queue(m, c);
		else if (m->fd > 0)
			read_hash(m, c);
	}
	return w;
}

// Look at the maps; if something changed, it is a new moment.
static void look(bool by_player)
{
	struct world w = world_now();

	if (seen.count > 0 &&
	    same_world(&w, &seen.moments[seen.count - 1].world)) {
		free_world(&w);
		return;
	}
	if (seen.count == moments_held) {
		moments_held = moments_held * 2 + 64;
		seen.moments =
			realloc(seen.moments,
				moments_held * sizeof(*seen.moments));
		if (!seen.moments)
			fault("no memory for a history");
	}
	seen.moments[seen.count++] = (struct moment){ w, by_player };
}

static void forget_history(void)
{
	for (size_t i = 0; i < seen.count; i++)
		free_world(&seen.moments[i].world);
	seen.count = 0;
	seen.error = 0;
}

// Which maps the question is about: those of its descriptors that
// the judge can read.
static void watch_maps(const struct request *q)
{
	unsigned char key[512], *value;
	int err;

	forget_history();
	watch_closely = true;
	for (int i = 0; i < MAX_MAPS; i++) {
		struct watched *m = &watched[i];

		m->fd = 0;
		memset(&m->info, 0, sizeof(m->info));
		if (i >= MAX_FDS || !info_of(q->fd[i], &m->info) ||
		    m->info.key_size > sizeof(uint64_t) ||
		    m->info.value_size > 2 * sizeof(uint64_t))
			continue;
		value = calloc(1, m->info.value_size + 8);
		if (!value)
			fault("no memory to read a map");
		memset(key, 0, sizeof(key));
		err = bpf_map_lookup_elem(
			q->fd[i], m->info.key_size ? key : NULL, value);
		free(value);
		if (err == -EPERM)
			continue;
		m->fd = q->fd[i];
		if (m->info.max_entries > LARGE)
			watch_closely = false;
	}
	look(false);
}

// --- reports --------------------------------------------------------

void tried(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(tried_text, sizeof(tried_text), format, arguments);
	va_end(arguments);
}

// What a player printed is shown for a learner who debugs with
// printf. It is indented and cleaned of control characters, so that
// it cannot look like a line of the report.
static void show_printed(void)
{
	bool at_start = true;
	int lines = 0;

	for (size_t i = 0; i < player.kept && lines < 40; i++) {
		char c = player.printed[i];

		if (at_start)
			printf("    printed   ");
		at_start = c == '\n';
		lines += at_start;
		if ((c < ' ' || c > '~') && c != '\n')
			c = '?';
		putchar(c);
	}
	if (!at_start)
		putchar('\n');
}

__attribute__((noreturn)) static void report(const char *expected,
					     const char *came,
					     const char *sentence,
					     const char *read)
{
	printf("not ok - %s\n", check_name);
	printf("    tried     %s\n", tried_text);
	printf("    expected  %s\n", expected);
	printf("    came      %s\n", came);
	printf("    why       %s\n", sentence);
	if (read)
		printf("    read      lessons/%s\n", read);
	show_printed();
	printf("    again     SEED=%" PRIu64 "\n", seed);
	longjmp(check_failed, 1);
}

static void report_spoiled_map(const char *what, int err)
{
	char came[128];

	interfering = false;
	snprintf(came, sizeof(came), "%s there: %s (%d)", what,
		 errno_name(err), -err);
	report("a map that another process can go on using", came,
	       "Your code left the map in a state that others cannot "
	       "work with.",
	       NULL);
}

void expect(const struct rule *rule, bool good, const char *expected,
	    const char *format, ...)
{
	char came[512];
	va_list arguments;

	if (good)
		return;
	va_start(arguments, format);
	vsnprintf(came, sizeof(came), format, arguments);
	va_end(arguments);
	report(expected, came, rule->sentence, rule->read);
}

static const char *describe(char text[static 64], int64_t result)
{
	if (result < 0 && result > -4096)
		snprintf(text, 64, "-%s (%" PRId64 ")",
			 errno_name((int)result), result);
	else
		snprintf(text, 64, "%" PRId64, result);
	return text;
}

// bpf_obj_get_info_by_fd() says EBADFD where others say EBADF.
static bool same_result(int64_t want, int64_t got)
{
	return got == want || (want == -EBADF && got == -EBADFD);
}

// The mistakes that everybody makes once, whatever the exercise.
static const struct rule address_rule = {
	"The kernel got a number where it wants an address (EFAULT): "
	"pass the address of a variable, as in &key.",
	"01-create.md, \"What goes wrong\"",
	"EFAULT",
};
static const struct rule minus_one_rule = {
	"-1 is no answer of its own: it reads as -EPERM. Return the "
	"negative errno that the call returned.",
	"01-create.md, \"What goes wrong\"",
	"errno",
};
static const struct rule minus_rule = {
	"The errno lost its minus: a failure is returned as a negative "
	"number, as the call itself does.",
	"01-create.md, \"What goes wrong\"",
	"errno",
};

static const struct rule *common_mistake(int64_t want, int64_t got)
{
	if (got == -EFAULT && want != -EFAULT)
		return &address_rule;
	if (got == -1 && want < 0)
		return &minus_one_rule;
	if (want < 0 && got == -want)
		return &minus_rule;
	return NULL;
}

void expect_result(const struct rule *rule, struct reply r,
		   int64_t want)
{
	char wanted[64], got[64], expected[96];
	const struct rule *common = common_mistake(want, r.result);

	snprintf(expected, sizeof(expected), "the return value %s",
		 describe(wanted, want));
	expect(common ? common : rule, same_result(want, r.result),
	       expected, "the return value %s",
	       describe(got, r.result));
}

void expect_success(const struct rule *rule, struct reply r,
		    const char *expected)
{
	char got[64];
	const struct rule *common = common_mistake(0, r.result);

	expect(common ? common : rule, r.result >= 0, expected,
	       "the return value %s", describe(got, r.result));
}

void expect_u64(const struct rule *rule, const char *what,
		uint64_t want, uint64_t got)
{
	char expected[128];

	snprintf(expected, sizeof(expected), "%s is %" PRIu64, what,
		 want);
	expect(rule, got == want, expected, "%s is %" PRIu64, what,
	       got);
}

static const char *describe_entry(char text[static 128],
				  const struct contents *c,
				  const struct entry *e, uint64_t key)
{
	const char *what = c->queue ? "the queue" : "the map";

	if (!e && c->queue)
		snprintf(text, 128, "%s has no more than that", what);
	else if (!e)
		snprintf(text, 128, "%s has no key %" PRIu64, what,
			 key);
	else if (c->queue)
		snprintf(text, 128,
			 "in %s, a value begins with %" PRIu32, what,
			 (uint32_t)e->value[0]);
	else if (e->value[1])
		snprintf(text, 128,
			 "in %s, key %" PRIu64 " holds %" PRIu64
			 " and %" PRIu64,
			 what, key, e->value[0], e->value[1]);
	else
		snprintf(text, 128,
			 "in %s, key %" PRIu64 " holds %" PRIu64, what,
			 key, e->value[0]);
	return text;
}

// Report the first entry in which a map is not as it should be.
static void expect_contents(const struct rule *rule,
			    const struct contents *want,
			    const struct contents *got)
{
	char expected[128], came[128];
	const struct entry *a, *b;
	uint32_t i = 0;
	uint64_t key = 0;

	if (same_contents(want, got))
		return;
	while (i < want->count && i < got->count &&
	       memcmp(&want->entries[i], &got->entries[i],
		      sizeof(*a)) == 0)
		i++;
	a = i < want->count ? &want->entries[i] : NULL;
	b = i < got->count ? &got->entries[i] : NULL;
	if (!want->queue) {
		key = a && (!b || a->key <= b->key) ? a->key : b->key;
		a = find(want, key);
		b = find(got, key);
	}
	describe_entry(expected, want, a, key);
	expect(rule, false, expected, "%s",
	       describe_entry(came, got, b, key));
}

void expect_unchanged(const struct rule *rule, const struct history *h,
		      int map)
{
	for (size_t i = 1; i < h->count; i++)
		if (h->moments[i].by_player)
			expect_contents(rule, map_at(h, i - 1, map),
					map_at(h, i, map));
}

// --- the player -----------------------------------------------------

// A learner's code may be wrong in every way, and a stranger's may mean
// harm. What keeps it from a mark that it has not earned:
//
// It runs in another process, so whatever it does to memory it does to
// its own. The judge believes no word of it: a check passes by what the
// judge has read from the maps, through descriptors of its own, before
// and after each call. To take over the player and speak in its place
// gains nothing but the work of doing what the function should do.
//
// A message counts only if the kernel says that the player's first
// process sent it (receive), if it has the size and the serial number
// of the question, and if its descriptors are those that it names.
//
// The maps come with the word "go" (judge_call). Before it, and after
// the answer, there is nothing to do in the kernel, and a bpf(2) call
// is reported. So nothing can be prepared, or put right later.
//
// Every bpf(2) call, and every attempt to start a process or a thread,
// stops until the judge has answered (watch_calls). The filter is the
// kernel's, holds for all that the player becomes, cannot be taken off,
// and only the judge has its descriptor. Since there is one thread and
// it is stopped, the maps stand still while the judge looks. To let a
// call go on is safe for the same reason that it would not be for a
// guard: nothing is allowed or forbidden here by what the player's
// memory holds. What is forbidden, the fence forbids by numbers alone.
//
// What is around the process, files, network, users and memory, is kept
// away by sandbox.sh, and for learners at home by nobody: they run
// their own code.

union control {
	char bytes[CMSG_SPACE(MAX_FDS * sizeof(int)) +
		   CMSG_SPACE(sizeof(struct ucred))];
	struct cmsghdr align;
};

// Send a message, and descriptors, over the channel.
static bool send_message(const void *data, size_t size, const int *fds,
			 size_t count)
{
	struct iovec part = { (void *)(uintptr_t)data, size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control;
	struct cmsghdr *header;

	if (count > 0) {
		memset(&control, 0, sizeof(control));
		message.msg_control = control.bytes;
		message.msg_controllen =
			CMSG_SPACE(count * sizeof(int));
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	}
	return sendmsg(player.channel, &message, MSG_NOSIGNAL) >= 0;
}

// The hard limit is a little higher: between the two lies the signal
// that says which limit it was.
static void limit(__rlimit_resource_t resource, rlim_t value)
{
	const struct rlimit limits = { value, value + 2 };

	setrlimit(resource, &limits);
}

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#define FOREIGN_BIT UINT32_C(0x40000000) // of the x32 calls
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#define FOREIGN_BIT UINT32_C(0x80000000) // there is none
#else
#error "give the AUDIT_ARCH_ of this processor, from linux/audit.h"
#endif

#define LOAD(field)                                                    \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS,                             \
		 offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define ALLOW	       RETURN(SECCOMP_RET_ALLOW)
#define NOTIFY	       RETURN(SECCOMP_RET_USER_NOTIF)
#define REFUSE	       RETURN(SECCOMP_RET_ERRNO | EPERM)
#define IF(number, then)                                               \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), then

// A number means another call to another architecture: the calls of
// 32-bit programs can be made by 64-bit ones.
#define NATIVE_CALLS_ONLY                                              \
	LOAD(arch),                                                    \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1,    \
			 0),                                           \
		RETURN(SECCOMP_RET_KILL_PROCESS), LOAD(nr),            \
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FOREIGN_BIT, 0,    \
			 1),                                           \
		RETURN(SECCOMP_RET_KILL_PROCESS)

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "LOAD reads the low half of an argument");

// A filter for bubblewrap, on descriptor FENCE. Of bpf(2), only what
// works on maps is allowed, and loading a program, but neither
// running nor attaching one. There are no keys of the user who grades,
// no new namespaces, and no ways around the other walls. It holds
// before the first line of the player runs.
static void put_up_fence(void)
{
	static const struct sock_filter filter[] = {
		NATIVE_CALLS_ONLY,
		// The keys of the session in which somebody grades.
		IF(__NR_add_key, REFUSE),
		IF(__NR_request_key, REFUSE),
		IF(__NR_keyctl, REFUSE),
		// In a user namespace of its own it would have every
		// capability, and far more of the kernel to try out.
		IF(__NR_unshare, REFUSE),
		IF(__NR_setns, REFUSE),
		IF(__NR_mount, REFUSE),
		// To see or to steer other processes.
		IF(__NR_ptrace, REFUSE),
		IF(__NR_perf_event_open, REFUSE),
		// To hold the kernel up in the middle of a copy.
		IF(__NR_userfaultfd, REFUSE),
		// System calls that no filter would see.
		IF(__NR_io_uring_setup, REFUSE),
#ifdef __NR_clone3
		// Its flags are out of a filter's sight. The library
		// takes clone instead.
		IF(__NR_clone3, RETURN(SECCOMP_RET_ERRNO | ENOSYS)),
#endif
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 4),
		LOAD(args[0]),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER, 0,
			 1),
		REFUSE,
		ALLOW,
		// A socket would run a program for each packet.
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_setsockopt, 0,
			 6),
		LOAD(args[2]),
		IF(SO_ATTACH_BPF, REFUSE),
		IF(SO_ATTACH_REUSEPORT_EBPF, REFUSE),
		ALLOW,
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_bpf, 1, 0),
		ALLOW,
		// What is not named here is refused: to run, attach or
		// pin something, to freeze a map under the judge's
		// hands, to open the maps of others by their numbers.
		LOAD(args[0]),
		IF(BPF_MAP_CREATE, ALLOW),
		IF(BPF_MAP_LOOKUP_ELEM, ALLOW),
		IF(BPF_MAP_UPDATE_ELEM, ALLOW),
		IF(BPF_MAP_DELETE_ELEM, ALLOW),
		IF(BPF_MAP_GET_NEXT_KEY, ALLOW),
		IF(BPF_MAP_LOOKUP_AND_DELETE_ELEM, ALLOW),
		IF(BPF_MAP_LOOKUP_BATCH, ALLOW),
		IF(BPF_MAP_LOOKUP_AND_DELETE_BATCH, ALLOW),
		IF(BPF_MAP_UPDATE_BATCH, ALLOW),
		IF(BPF_MAP_DELETE_BATCH, ALLOW),
		IF(BPF_OBJ_GET_INFO_BY_FD, ALLOW),
		// libbpf probes with it for names.
		IF(BPF_PROG_LOAD, ALLOW),
		REFUSE,
	};
	int fd = memfd_create("fence", 0);

	if (fd < 0 ||
	    write(fd, filter, sizeof(filter)) !=
		    (ssize_t)sizeof(filter) ||
	    lseek(fd, 0, SEEK_SET) < 0 || dup2(fd, FENCE) < 0)
		_exit(CLOSED);
	if (fd != FENCE)
		close(fd);
}

// Let the judge watch the bpf(2) calls of this process and of all
// that it becomes: each one waits until the judge lets it go on. So
// the judge can put another process's work between any two calls,
// and count them. It also hears of every process and thread that is
// started. The descriptor to hear with goes to the judge alone.
static bool watch_calls(void)
{
	static struct sock_filter filter[] = {
		NATIVE_CALLS_ONLY,
		IF(__NR_bpf, NOTIFY),
		IF(__NR_clone, NOTIFY),
#ifdef __NR_clone3
		IF(__NR_clone3, NOTIFY),
#endif
#ifdef __NR_fork
		IF(__NR_fork, NOTIFY),
		IF(__NR_vfork, NOTIFY),
#endif
		ALLOW,
	};
	const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(*filter),
		.filter = filter,
	};
	int listener;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				SECCOMP_FILTER_FLAG_NEW_LISTENER,
				&program);
	if (listener < 0)
		return false;
	player.channel = CHANNEL;
	return send_message("watch", 6, &listener, 1) &&
	       close(listener) == 0;
}

// In the child: the channel, an output that the judge reads, no
// input, and limits that no honest answer comes near. Nothing else of
// the judge is open in it: no map, no file, no seed.
__attribute__((noreturn)) static void become_player(int channel,
						    int output)
{
	const struct rlimit descriptors = { 64, 64 };
	int input = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	limit(RLIMIT_CPU, (rlim_t)(patience * times * PLAY_SECONDS));
	limit(RLIMIT_CORE, 0);
	setrlimit(RLIMIT_NOFILE, &descriptors);
	limit(RLIMIT_FSIZE, 1 << 20);
	if (input < 0 || dup2(input, STDIN_FILENO) < 0 ||
	    dup2(output, STDOUT_FILENO) < 0 ||
	    dup2(output, STDERR_FILENO) < 0 ||
	    dup2(channel, CHANNEL) < 0)
		_exit(CLOSED);
	fcntl(CHANNEL, F_SETFD, 0);
	// Nothing else of the judge's, or of whoever started it.
	if (close_range(CHANNEL + 1, ~0U, 0) < 0)
		_exit(CLOSED);
	// Memory that nobody has set holds the same each time.
	personality(ADDR_NO_RANDOMIZE);
	if (fence)
		put_up_fence();
	if (!watch_calls())
		_exit(CLOSED);
	execvp(player_command[0], player_command);
	_exit(127);
}

static void end_player(void)
{
	play_used += player.cpu;
	player.cpu = 0;
	if (player.pid <= 0)
		return;
	kill(-player.pid, SIGKILL);
	kill(player.pid, SIGKILL);
	waitpid(player.pid, NULL, 0);
	close(player.channel);
	close(player.output);
	if (player.listener >= 0)
		close(player.listener);
	memset(&player, 0, sizeof(player));
}

static void read_output(void)
{
	char buffer[4096];
	ssize_t got;
	size_t room;

	while ((got = read(player.output, buffer, sizeof(buffer))) >
	       0) {
		room = sizeof(player.printed) - player.kept;
		if ((size_t)got < room)
			room = (size_t)got;
		memcpy(player.printed + player.kept, buffer, room);
		player.kept += room;
		player.total += (size_t)got;
		if (player.total > MAX_PRINTED)
			return;
	}
}

static const char *printed_after(const char *mark)
{
	return memmem(player.printed, player.kept, mark, strlen(mark));
}

// Copy what stands in `text` up to a newline or one of `stop`.
static void copy_until(char *to, size_t size, const char *text,
		       const char *stop)
{
	const char *end = player.printed + player.kept;
	size_t n = 0;

	while (text < end && n < size - 1 && *text >= ' ' &&
	       *text <= '~' && !strchr(stop, *text))
		to[n++] = *text++;
	to[n] = '\0';
}

// The sanitizers say "exercise.c:LINE"; find the first.
static int line_of_crash(void)
{
	const char *at = printed_after("exercise.c:");
	char digits[8];

	if (!at)
		return 0;
	copy_until(digits, sizeof(digits), at + strlen("exercise.c:"),
		   ": )");
	return atoi(digits);
}

// An address tells a reader nothing and differs from run to run.
static void drop_addresses(char *text)
{
	char *at;
	size_t size;

	while ((at = strstr(text, " 0x"))) {
		size = strspn(at + 3, "0123456789abcdef") + 3;
		memmove(at, at + size, strlen(at + size) + 1);
	}
	for (size = strlen(text); size && text[size - 1] == ' ';)
		text[--size] = '\0';
}

// Where a stack runs out differs from run to run, and is not the line
// that is wrong.
static void report_sanitizer(const char *what, const char *stop)
{
	char name[256], came[320];
	int line = line_of_crash();

	copy_until(name, sizeof(name), what, stop);
	drop_addresses(name);
	if (line > 0 && !strstr(name, "stack-overflow"))
		snprintf(came, sizeof(came),
			 "%s in exercise.c, line %d", name, line);
	else
		snprintf(came, sizeof(came), "%s", name);
	player.kept = 0; // told; its addresses help nobody
	report("a function that returns", came,
	       "The sanitizer stopped your function: it used memory "
	       "that is not its own, or broke a rule of C.",
	       NULL);
}

__attribute__((noreturn)) static void report_memory(void)
{
	report("an answer", "memory use without end",
	       "Your code uses far more memory than an answer needs, "
	       "and "
	       "was stopped.",
	       NULL);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// The process whose work counts: the player, and until it has said
// who it is, the last one of the chain that its sandbox started.
static pid_t worker(void)
{
	pid_t pid = player.inner ? player.inner : player.pid, child;
	char path[64];
	FILE *file;
	int got;

	for (int depth = 0; !player.inner && depth < 8; depth++) {
		snprintf(path, sizeof(path),
			 "/proc/%d/task/%d/children", (int)pid,
			 (int)pid);
		file = fopen(path, "re");
		got = file ? fscanf(file, "%d", &child) : 0;
		if (file)
			fclose(file);
		if (got != 1)
			break;
		pid = child;
	}
	return pid;
}

// The processor time that the player has used. A busy machine makes
// it wait longer, and not use more.
static int64_t cpu_ms(void)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(worker(), &clock) != 0 ||
	    clock_gettime(clock, &used) != 0)
		return player.cpu;
	player.cpu =
		(int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
	return player.cpu;
}

// Whether the player sleeps or has stopped, of its own will: it
// neither runs nor waits for a processor or a disk.
static bool is_asleep(void)
{
	char path[64], state = 'R';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)worker());
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'R';
	fclose(file);
	return state == 'S' || state == 'T';
}

// No verdict hangs on the clock: a machine may be as slow as it is.
// What neither works nor sleeps for so long is no student's doing.
static void check_clock(void)
{
	if (now_ms() >
	    play_began + (int64_t)times * CLOCK_SECONDS * 1000)
		fault("the machine is too slow: no end after %d "
		      "seconds",
		      times * CLOCK_SECONDS);
}

// The player is gone or deaf. Find out why and say so.
__attribute__((noreturn)) static void report_death(void)
{
	const char address[] = "ERROR: AddressSanitizer: ";
	const char undefined[] = "runtime error: ";
	const struct timespec moment = { .tv_nsec = 5000000 };
	char came[128];
	const char *at;
	const int64_t cpu_end = cpu_ms() + 500;
	int status = 0, code, sig = 0, asleep = 0;
	pid_t gone = 0;

	// One that is about to end does not sleep, and works little.
	while (gone == 0 && asleep < 100 && cpu_ms() < cpu_end) {
		read_output();
		gone = waitpid(player.pid, &status, WNOHANG);
		if (gone == 0)
			nanosleep(&moment, NULL);
		asleep += is_asleep();
		check_clock();
	}
	read_output();
	if (gone != 0)
		player.pid = -player.pid;

	at = printed_after(address);
	if (at)
		report_sanitizer(at + strlen(address), "(:");
	at = printed_after(undefined);
	if (at)
		report_sanitizer(at + strlen(undefined), "");

	code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	if (gone == 0 || code == CLOSED)
		report("an answer",
		       "the connection to the check is closed",
		       "Your code closed a descriptor that it does not "
		       "own: close only what you opened.",
		       NULL);
	if (WIFSIGNALED(status))
		sig = WTERMSIG(status);
	else if (code > 128) // a sandbox says so of what ran in it
		sig = code - 128;
	if (sig == SIGXCPU)
		report("a function that returns", "no end",
		       "Your function does not return: a loop in it "
		       "never ends.",
		       NULL);
	if (sig == SIGKILL)
		report_memory();
	if (sig != 0) {
		snprintf(came, sizeof(came), "signal %d (%s)", sig,
			 sigdescr_np(sig) ? sigdescr_np(sig) : "?");
		report("a function that returns", came,
		       "A signal ended your function before it could "
		       "return.",
		       NULL);
	}
	snprintf(came, sizeof(came), "the process ended with status %d",
		 code);
	report("a function that returns", came,
	       "Your code ended the process: a function answers with "
	       "return, never with exit.",
	       NULL);
}

__attribute__((noreturn)) static void report_clone(void)
{
	report("one answer, by one process",
	       "a process or a thread that your code started",
	       "Your code started another process: a function of an "
	       "exercise does its work itself.",
	       NULL);
}

__attribute__((noreturn)) static void report_early(void)
{
	report("no call of bpf(2) outside of your function",
	       "one before it was called, or after it returned",
	       "Your code calls the kernel on its own account: a "
	       "function of an exercise works when it is called.",
	       NULL);
}

// A sanitizer that has found something may start a helper, to learn
// the line of the crash.
static bool sanitizer_has_spoken(void)
{
	read_output();
	return printed_after("ERROR: AddressSanitizer: ") ||
	       printed_after("runtime error: ");
}

// The attributes of a bpf(2) call, from the memory of the player, who
// waits for our answer. They serve to choose errors and reasons; no
// point depends on them, so that they may be out of reach.
static union bpf_attr attr_now;
static bool attr_known;
static uint64_t last_key;
static bool last_key_known;

static bool read_player(void *to, uint64_t from, size_t size)
{
	const struct iovec here = { to, size };
	const struct iovec there = { (void *)(uintptr_t)from, size };

	return process_vm_readv(player.inner, &here, 1, &there, 1, 0) ==
	       (ssize_t)size;
}

static void read_attributes(const struct seccomp_notif *asked_for)
{
	size_t size = (size_t)asked_for->data.args[2];
	unsigned char key[8] = { 0 };

	memset(&attr_now, 0, sizeof(attr_now));
	if (size > 56)
		size = 56;
	attr_known =
		read_player(&attr_now, asked_for->data.args[1], size);
	last_key_known =
		attr_known && attr_now.key &&
		asked_for->data.args[0] <= BPF_MAP_DELETE_ELEM &&
		(read_player(key, attr_now.key, 8) ||
		 read_player(key, attr_now.key, 4));
	memcpy(&last_key, key, sizeof(last_key));
}

bool key_of_last_call(uint64_t *key)
{
	*key = last_key;
	return last_key_known;
}

// Whether this errno is how the kernel answers such a call, and says
// something about the map. Then it is no error, and to put it in
// place of an answer would be a lie about the world.
static bool is_an_answer(uint64_t command, int error)
{
	const uint64_t flags =
		attr_known ? attr_now.flags : BPF_NOEXIST;

	switch (command) {
	case BPF_MAP_LOOKUP_ELEM:
	case BPF_MAP_DELETE_ELEM:
	case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
	case BPF_MAP_GET_NEXT_KEY:
		return error == -ENOENT;
	case BPF_MAP_UPDATE_ELEM:
		return error == -E2BIG ||
		       (error == -EEXIST && flags == BPF_NOEXIST) ||
		       (error == -ENOENT &&
			(flags == BPF_EXIST || !attr_known));
	case BPF_MAP_LOOKUP_BATCH:
	case BPF_MAP_LOOKUP_AND_DELETE_BATCH:
	case BPF_MAP_DELETE_BATCH:
	case BPF_MAP_UPDATE_BATCH:
		return error == -ENOENT || error == -ENOSPC ||
		       error == -E2BIG || error == -EEXIST;
	}
	return false;
}

// Other processes at work.
static void let_rivals_act(void)
{
	size_t count = 0, acts = 1;

	interfering = plan.interfered = true;
	while (plan.rivals[count].act)
		count++;
	if (plan.which < 0)
		acts = random_between(0, 3);
	for (size_t i = 0; i < acts; i++)
		plan.rivals[plan.which < 0
				    ? random_between(
					      0, (uint32_t)count - 1)
				    : (uint32_t)plan.which]
			.act();
	interfering = false;
}

// Whether a call with this command could have changed a map.
static bool may_change(int command)
{
	switch (command) {
	case BPF_MAP_CREATE:
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_DELETE_ELEM:
	case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
	case BPF_MAP_UPDATE_BATCH:
	case BPF_MAP_DELETE_BATCH:
	case BPF_MAP_LOOKUP_AND_DELETE_BATCH:
		return true;
	}
	return false;
}

// What comes before the player's call, or in place of it. Returns an
// error, or 0 if the kernel is to answer.
static int come_between(const struct seccomp_notif *asked_for)
{
	const uint64_t command = asked_for->data.args[0];
	const bool changes = may_change((int)command);
	int nth;

	if (watch_closely || plan.error)
		read_attributes(asked_for);
	if (command < MAX_COMMANDS)
		calls_by_command[command]++;
	// libbpf loads a small program once, to probe.
	if (command == BPF_PROG_LOAD)
		return 0;
	calls_made++;
	if (changes)
		changes_made++;
	nth = !plan.before_changes ? calls_made
	      : changes		   ? changes_made
				   : 0;
	if (watch_closely)
		look(true);
	if (plan.rivals && nth >= plan.first && nth <= plan.last) {
		let_rivals_act();
		look(false);
	}
	if (!plan.error || calls_made < plan.error_first ||
	    calls_made > plan.error_last ||
	    (plan.same_command && seen.error &&
	     command != (uint64_t)seen.command) ||
	    is_an_answer(command, plan.error))
		return 0;
	if (!seen.error) {
		if (!watch_closely)
			look(true);
		seen.error = plan.error;
		seen.error_at = seen.count - 1;
		seen.command = (int)command;
	}
	return plan.error;
}

// The player waits in a system call of which the filter told us.
// bpf(2) goes on, after whatever the check wants to happen before
// it, or gets an error in its place.
static void answer_call(void)
{
	struct seccomp_notif asked_for;
	struct seccomp_notif_resp answer;

	memset(&asked_for, 0, sizeof(asked_for));
	memset(&answer, 0, sizeof(answer));
	if (ioctl(player.listener, SECCOMP_IOCTL_NOTIF_RECV,
		  &asked_for) < 0)
		return; // it died meanwhile
	if (asked_for.data.nr == __NR_bpf) {
		// Before "go" there is nothing to ask the kernel: the
		// maps come with it. So this is code that runs outside
		// of the function: before main, or after the answer.
		if (!player.going)
			report_early();
		if ((pid_t)asked_for.pid != player.inner)
			report_clone();
		answer.error = come_between(&asked_for);
	} else if (player.inner != 0) {
		player.crashing = sanitizer_has_spoken();
		if (!player.crashing)
			report_clone();
	}
	answer.id = asked_for.id;
	if (!answer.error)
		answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	ioctl(player.listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

static void close_received(int fds[MAX_FDS])
{
	for (int i = 0; i < MAX_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

// Receive a message from the player's own process. The kernel adds who
// sent it, and nobody can add another name: a process that the player
// has started, or that has the channel by other ways, is not heard.
// Descriptors that come with it go to `fds`. Returns its size, or -1
// if there is none.
static ssize_t receive(void *data, size_t size, int fds[MAX_FDS])
{
	union control control;
	struct iovec part = { data, size };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *header;
	struct ucred sender = { .pid = 0 };
	ssize_t got = recvmsg(player.channel, &message,
			      MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	size_t count;
	int fd;

	if (got <= 0)
		return -1;
	for (int i = 0; i < MAX_FDS; i++)
		fds[i] = -1;
	for (header = CMSG_FIRSTHDR(&message); header;
	     header = CMSG_NXTHDR(&message, header)) {
		if (header->cmsg_type == SCM_CREDENTIALS) {
			memcpy(&sender, CMSG_DATA(header),
			       sizeof(sender));
			continue;
		}
		count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			memcpy(&fd, CMSG_DATA(header) + i * sizeof(int),
			       sizeof(int));
			if (i < MAX_FDS)
				fds[i] = fd;
			else
				close(fd);
		}
	}
	if (player.inner == 0 && player.listener >= 0)
		player.inner = sender.pid;
	if (player.inner == 0 || sender.pid == player.inner)
		return got;
	close_received(fds);
	report_clone();
}

// The memory that the player has touched, in bytes.
static uint64_t memory_used(void)
{
	uint64_t pages = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/statm",
		 (int)player.inner);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%*u %" SCNu64, &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

__attribute__((noreturn)) static void report_no_end(void)
{
	report("a function that returns", "no end",
	       "Your function does not return: a loop in it never "
	       "ends.",
	       NULL);
}

static bool is_over(int64_t ms, int seconds)
{
	return ms > (int64_t)patience * seconds * 1000;
}

// Wait for a message of exactly `size` bytes, and meanwhile serve
// the player's bpf(2) calls and read what it prints.
static void await(void *data, size_t size, int fds[MAX_FDS])
{
	int64_t cpu_began = cpu_ms(), asleep = 0;
	int64_t look_at = now_ms() + 100;
	int64_t worked;
	int calls_seen = calls_made;
	struct pollfd polls[3];
	int ready;
	nfds_t count;
	ssize_t got;

	for (;;) {
		polls[0] = (struct pollfd){ player.channel, POLLIN, 0 };
		polls[1] = (struct pollfd){ player.output, POLLIN, 0 };
		polls[2] =
			(struct pollfd){ player.listener, POLLIN, 0 };
		count = player.listener >= 0 ? 3 : 2;
		ready = poll(polls, count, 100);
		if (ready < 0 && errno != EINTR)
			fault("poll: %s", strerror(errno));
		if (now_ms() > look_at) {
			if (memory_used() > MAX_MEMORY)
				report_memory();
			if (ready == 0 && is_asleep()) {
				asleep += 100;
				play_used += 100;
			}
			// Who calls the kernel gets on, however slow
			// the machine is; MAX_BPF_CALLS ends that.
			if (calls_seen != calls_made)
				cpu_began = cpu_ms();
			calls_seen = calls_made;
			worked = cpu_ms() - cpu_began;
			if (player.inner
				    ? is_over(worked, CPU_SECONDS) ||
					      is_over(asleep,
						      SLEEP_SECONDS)
				    : is_over(worked + asleep,
					      START_SECONDS))
				report_no_end();
			if (is_over((play_used + player.cpu) / times,
				    PLAY_SECONDS))
				report("an end of the questions",
				       "none",
				       "Your program was stopped after "
				       "minutes of work or sleep: all "
				       "questions of an exercise take "
				       "a second or two.",
				       NULL);
			check_clock();
			look_at = now_ms() + 100;
		}

		if (polls[1].revents & POLLIN)
			read_output();
		if (player.total > MAX_PRINTED)
			report("an answer", "output without end",
			       "Your code prints without end: an "
			       "answer is returned, not printed.",
			       NULL);
		if (count == 3 && (polls[2].revents & POLLIN))
			answer_call();
		if (calls_made > MAX_BPF_CALLS)
			report_no_end();
		if (!(polls[0].revents & (POLLIN | POLLHUP)))
			continue;
		got = receive(data, size, fds);
		if (got == (ssize_t)size && !player.crashing)
			return;
		report_death();
	}
}

static void send_request(const void *data, size_t size, const int *fds,
			 size_t count)
{
	if (!send_message(data, size, fds, count))
		report_death();
}

__attribute__((noreturn)) static void report_forgery(void)
{
	report("the answer of the check's own runner", "another one",
	       "Your code answers in place of the check's own runner: "
	       "implement the function instead.",
	       NULL);
}

static void start_player(void)
{
	const int on = 1;
	int pair[2], pipes[2], fds[MAX_FDS];
	char hello[6];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		       pair) < 0 ||
	    pipe2(pipes, O_CLOEXEC) < 0 ||
	    setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on,
		       sizeof(on)) < 0 ||
	    fcntl(pipes[0], F_SETFL, O_NONBLOCK) < 0)
		fault("no channel to a player: %s", strerror(errno));
	fflush(stdout);
	memset(&player, 0, sizeof(player));
	player.channel = pair[0];
	player.output = pipes[0];
	player.listener = -1;
	player.pid = fork();
	if (player.pid < 0)
		fault("fork: %s", strerror(errno));
	if (player.pid == 0)
		become_player(pair[1], pipes[1]);
	close(pair[1]);
	close(pipes[1]);

	calls_made = 0;
	await(hello, sizeof(hello), fds); // "watch", of the child
	player.listener = fds[0];
	// The two take turns: newer kernels wake them the faster for
	// it.
	ioctl(player.listener, NOTIF_SET_FLAGS, NOTIF_SYNC_WAKE_UP);
	await(hello, sizeof(hello), fds);
	close_received(fds);
}

// The descriptors that the player has open, as the kernel says, and
// not the player. Its
// limit is 64, so that each has a bit.
static uint64_t open_descriptors(void)
{
	char path[64];
	uint64_t set = 0;
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)player.inner);
	folder = opendir(path);
	if (!folder)
		report_death();
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			set |= UINT64_C(1)
			       << (atoi(entry->d_name) & 63);
	closedir(folder);
	return set;
}

static void compare_descriptors(uint64_t before, uint64_t after,
				const struct reply *r)
{
	uint64_t leaked = after & ~before;

	for (int i = 0; i < MAX_FDS; i++)
		if (r->fd[i] > 0)
			leaked &= ~(UINT64_C(1) << (r->fd[i] & 63));
	if (before & ~after)
		report("the caller's descriptors still open",
		       "one of them is closed",
		       "Your function closed a descriptor that belongs "
		       "to its caller: close only what you opened.",
		       "01-create.md, \"The program\"");
	if (leaked)
		report("no descriptor left open",
		       "a descriptor that nobody will close",
		       "Your function leaks a descriptor: close what "
		       "you opened and do not return.",
		       "01-create.md, \"The program\"");
}

// One call, in five messages: the question; "ready", while the judge
// looks at what the player has open; "go", with the descriptors of
// the maps, which the player has not seen before; the answer; and
// another "go", when the judge has looked again. The kernel puts
// descriptors that come with a message where the lowest are free.
static struct reply judge_call(const struct request *q)
{
	static uint32_t serial;
	struct request request = *q;
	struct reply r;
	uint64_t before;
	int fds[MAX_FDS], sent[MAX_FDS];
	size_t count = 0;
	char ready[6];

	if (player.pid <= 0)
		start_player();
	request.serial = ++serial;
	for (int i = 0; i < MAX_FDS; i++)
		if (request.fd[i] > 0)
			sent[count++] = request.fd[i];
	calls_made = changes_made = 0;
	memset(calls_by_command, 0, sizeof(calls_by_command));
	last_key_known = false;
	send_request(&request, sizeof(request), NULL, 0);
	await(ready, sizeof(ready), fds);
	close_received(fds);
	before = open_descriptors();
	for (size_t i = 0; i < count; i++)
		before |= before + 1; // the lowest that is free

	player.going = true;
	send_request("g", 1, sent, count);
	await(&r, sizeof(r), fds);
	player.going = false;
	for (count = 0; count < MAX_FDS && fds[count] >= 0;)
		count++;
	for (int i = 0; i < MAX_FDS; i++)
		count -= r.fd[i] > 0;
	if (r.serial != serial || count != 0 ||
	    held_count + MAX_FDS > MAX_HELD) {
		close_received(fds);
		report_forgery();
	}
	compare_descriptors(before, open_descriptors(), &r);
	send_request("g", 1, NULL, 0);

	// From here on these are the judge's copies.
	count = 0;
	for (int i = 0; i < MAX_FDS; i++) {
		if (r.fd[i] > 0 && fds[count] >= 0)
			r.fd[i] = hold(fds[count++]);
		else
			r.fd[i] = 0;
	}
	return r;
}

int bpf_calls(enum bpf_cmd command)
{
	return calls_by_command[command];
}

// --- asking ---------------------------------------------------------

static void say_also(const char *format, ...)
{
	const size_t used = strlen(tried_text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(tried_text + used, sizeof(tried_text) - used, format,
		  arguments);
	va_end(arguments);
}

static bool player_changed(size_t from, size_t to)
{
	for (size_t i = from + 1; i <= to && i < seen.count; i++)
		if (seen.moments[i].by_player)
			return true;
	return false;
}

static bool same_outs(const uint64_t *a, const uint64_t *b)
{
	return memcmp(a, b, MAX_OUT * sizeof(*a)) == 0;
}

static bool came_out(const struct outcome *o, const struct reply *r)
{
	return same_result(o->result, r->result) &&
	       same_outs(o->out, r->out);
}

// Is there a way through the history on which the contract's steps,
// from step `at` in moment `i` on, are just what the player did?
// Between the steps others were at work. An error that came through
// may end it at any step; from there on nothing may change.
// A moment and a step that led nowhere are not tried again.
static unsigned char *dead_ends;

static bool follows(size_t i, int at, const struct reply *r)
{
	const size_t last = seen.count - 1;
	struct outcome o = { .result = 0 };
	struct world w;
	bool fits = false;
	int next;

	if (dead_ends[i] & 1 << at)
		return false;
	dead_ends[i] |= (unsigned char)(1 << at);
	if (seen.error && i == seen.error_at &&
	    r->result == seen.error &&
	    same_outs(asked.before, r->out) && !player_changed(i, last))
		return true;
	w = copy_of(&seen.moments[i].world);
	memcpy(o.out, asked.before, sizeof(o.out));
	next = now_contract->step(at, &w, &o);
	if (same_world(&w, &seen.moments[i].world))
		fits = next == DONE ? came_out(&o, r) &&
					      !player_changed(i, last)
				    : follows(i, next, r);
	else if (i < last && seen.moments[i + 1].by_player &&
		 same_world(&w, &seen.moments[i + 1].world))
		fits = next == DONE
			       ? came_out(&o, r) &&
					 !player_changed(i + 1, last)
			       : follows(i + 1, next, r);
	free_world(&w);
	return fits || (i < last && !seen.moments[i + 1].by_player &&
			follows(i + 1, at, r));
}

// The contract's outcome, if it all happened in moment `i`.
static struct world all_at_once(size_t i, struct outcome *o)
{
	struct world w = copy_of(&seen.moments[i].world);

	memset(o, 0, sizeof(*o));
	memcpy(o->out, asked.before, sizeof(o->out));
	for (int at = 0; at != DONE;)
		at = now_contract->step(at, &w, o);
	return w;
}

static void expect_outs(const struct contract *c, const uint64_t *want,
			const uint64_t *got)
{
	const struct rule *rule = c->out_rule ? c->out_rule : now_rule;

	for (int i = 0; i < MAX_OUT && c->outs[i]; i++)
		expect_u64(rule, c->outs[i], want[i], got[i]);
}

// It does not follow. Say what would have: against the world as it
// was when the player first changed it, or else in the end.
static void report_breach(const struct reply *r)
{
	const struct contract *c = now_contract;
	const size_t last = seen.count - 1;
	struct outcome o;
	struct world w;
	size_t i = 0, changes = 0;

	for (size_t n = 1; n <= last; n++)
		changes += seen.moments[n].by_player;
	if (seen.error) {
		expect_result(now_rule, *r, seen.error);
		expect_outs(c, asked.before, r->out);
	}
	if (plan.interfered && c->race_rule)
		now_rule = c->race_rule;
	while (i < last && !seen.moments[i + 1].by_player)
		i++;
	w = all_at_once(i, &o);
	expect_result(now_rule, *r, o.result);
	for (int m = 0; m < MAX_MAPS; m++)
		expect_contents(c->map_rule && !plan.interfered
					? c->map_rule
					: now_rule,
				&w.map[m],
				map_at(&seen, i < last ? i + 1 : i, m));
	expect_outs(c, o.out, r->out);
	expect(now_rule, false, "what the task says, and nothing else",
	       changes > 1 ? "more changes than that, if only for a "
			     "moment"
			   : "an answer that is true at no moment");
}

static void judge_history(const struct reply *r)
{
	const struct contract *c = now_contract;
	const bool failed = seen.error && r->result == seen.error;

	// To take from an array, or to delete a batch, is refused with
	// another errno.
	if (asked.refusal == -EINVAL && r->result == -ENOTSUPP &&
	    bpf_calls(BPF_MAP_DELETE_BATCH) +
		    bpf_calls(BPF_MAP_LOOKUP_AND_DELETE_BATCH) +
		    bpf_calls(BPF_MAP_LOOKUP_AND_DELETE_ELEM))
		asked.refusal = -ENOTSUPP;
	if (asked.refusal) {
		expect_result(now_rule, *r, asked.refusal);
		expect_outs(c, asked.before, r->out);
		for (int m = 0; m < MAX_MAPS; m++)
			expect_unchanged(now_rule, &seen, m);
		return;
	}
	// To ask more than is needed, and not to mind if that fails, is
	// allowed. A change that failed is always the answer.
	if (seen.error && may_change(seen.command))
		expect_result(now_rule, *r, seen.error);
	if (c->judge) {
		if (failed)
			expect_outs(c, asked.before, r->out);
		c->judge(&seen, r, failed);
		return;
	}
	free(dead_ends);
	dead_ends = calloc(seen.count, 1);
	if (!dead_ends)
		fault("no memory to judge a call");
	if (!follows(0, 0, r))
		report_breach(r);
}

static const struct plan quietly;
static int instead_of = -1;
static bool instead_open;
static int freeze = -1, freeze_refusal;

// Set the scene, ask, and judge what was seen.
static struct reply pose(const struct contract *c,
			 const struct rule *rule, void (*scene)(void),
			 const struct plan *p, const char *also)
{
	struct reply r;

	now_contract = c;
	now_rule = rule;
	values_drawn = 0;
	memset(&asked, 0, sizeof(asked));
	scene();
	if (also)
		say_also("%s", also);
	if (freeze >= 0) {
		must("bpf_map_freeze",
		     bpf_map_freeze(asked.request.fd[freeze]));
		asked.refusal = freeze_refusal;
	}
	if (instead_of >= 0 && asked.request.fd[instead_of] > 0) {
		asked.request.fd[instead_of] =
			instead_open ? not_a_map() : -1;
		asked.refusal = instead_open ? -EINVAL : -EBADF;
		say_also(", when descriptor %d is %s", instead_of + 1,
			 instead_open ? "that of /dev/null" : "-1");
	}
	plan = *p;
	watch_maps(&asked.request);
	r = judge_call(&asked.request);
	plan.rivals = NULL;
	plan.error = 0;
	calls_in_check += calls_made;
	look(true);
	judge_history(&r);
	return r;
}

struct reply ask(const struct contract *c, const struct rule *rule,
		 void (*scene)(void))
{
	return pose(c, rule, scene, &quietly, NULL);
}

void ask_often(const struct contract *c, const struct rule *rule,
	       void (*scene)(void))
{
	const size_t mark = held_count;

	for (hurt = 0; hurt < HURTS + 2; hurt++) {
		pose(c, rule, scene, &quietly, NULL);
		release_down_to(mark);
	}
}

void ask_frozen(const struct contract *c, const struct rule *rule,
		void (*scene)(void), int which, int refusal)
{
	const size_t mark = held_count;

	for (hurt = 0; hurt < 3; hurt++) {
		freeze = which;
		freeze_refusal = refusal;
		pose(c, rule, scene, &quietly,
		     ", in a frozen map, which can only be read");
		release_down_to(mark);
	}
	freeze = -1;
}

static const char *ordinal(char text[static 32], int nth)
{
	static const char *const names[] = {
		"first", "second", "third",    "fourth",
		"fifth", "sixth",  "seventh",  "eighth",
		"ninth", "tenth",  "eleventh", "twelfth",
	};

	if ((size_t)nth <= sizeof(names) / sizeof(*names))
		snprintf(text, 32, "the %s bpf(2) call",
			 names[nth - 1]);
	else
		snprintf(text, 32, "bpf(2) call number %d", nth);
	return text;
}

// The calls before which something is tried one by one: the first
// dozen and the last. In between lie those of a long walk, of which
// one is like the other.
static int next_call(int nth, int calls)
{
	if (nth == 12 && nth < calls - 6)
		return calls - 6;
	return nth + 1;
}

// Ask the same several times. Returns how many calls it takes, and
// notes if that is another number each time. Then nobody knows which
// call comes before which, and a moment is tried more often; and by
// far another number hides where another process should be tried.
static int count_calls(const struct contract *c,
		       const struct rule *rule, void (*scene)(void))
{
	const size_t mark = held_count;
	const uint64_t state = random_state;
	int most = 0, least = MAX_BPF_CALLS, spare = MOST_VARIES;

	for (int i = 0; i < 4; i++) {
		random_state = state;
		pose(c, rule, scene, &quietly, NULL);
		release_down_to(mark);
		if (calls_made > most)
			most = calls_made;
		if (calls_made < least)
			least = calls_made;
	}
	for (int m = 0; m < MAX_MAPS; m++)
		spare += VARIES_AN_ENTRY *
			 (int)map_at(&seen, 0, m)->count;
	if (most - least > spare)
		report("as many bpf(2) calls each time",
		       "another number",
		       "Asked the same again, your function makes far "
		       "more bpf(2) calls, or far fewer.",
		       NULL);
	if (most - least > varies)
		varies = most - least;
	return most;
}

// How often a moment is tried that is drawn among `calls`.
static int draws(void)
{
	return 4 * varies < MOST_DRAWS ? 4 * varies : MOST_DRAWS;
}

static void ask_with_rival(const struct contract *c,
			   const struct rule *rule, void (*scene)(void),
			   const struct rival *rivals, int which,
			   int calls)
{
	const size_t mark = held_count;
	char also[256], text[32];
	struct plan p = { .rivals = rivals, .which = which };

	for (int n = 1; n <= calls + 8; n = next_call(n, calls)) {
		hurt++;
		p.first = p.last = n;
		snprintf(also, sizeof(also),
			 ", while %s before %s that you make",
			 rivals[which].words, ordinal(text, n));
		pose(c, rule, scene, &p, also);
		release_down_to(mark);
		if (!plan.interfered)
			break;
	}
	p.before_changes = true;
	for (int n = 1; n <= 2; n++) {
		p.first = p.last = n;
		snprintf(also, sizeof(also),
			 ", while %s before the %s call with which you "
			 "change the map",
			 rivals[which].words,
			 n == 1 ? "first" : "second");
		pose(c, rule, scene, &p, also);
		release_down_to(mark);
		if (!plan.interfered)
			break;
	}
	p.before_changes = false;
	for (int i = draws(); i > 0; i--) {
		p.first = p.last =
			(int)random_between(1, (uint32_t)calls);
		snprintf(also, sizeof(also),
			 ", while %s before %s that you make",
			 rivals[which].words, ordinal(text, p.first));
		pose(c, rule, scene, &p, also);
		release_down_to(mark);
	}
}

void ask_with_rivals(const struct contract *c, const struct rule *rule,
		     void (*scene)(void), const struct rival *rivals)
{
	static const struct {
		int first, last;
	} rows[] = {
		{ 1, 4 },
		{ 2, 5 },
		{ 2, 40 },
		{ 1, MANY_CALLS },
	};
	const size_t mark = held_count;
	size_t count = 0;
	char also[256];
	struct plan p;
	int calls;

	hurt = random32() % HURTS;
	calls = count_calls(c, rule, scene);
	while (rivals[count].act)
		count++;
	for (size_t i = 0; i < count; i++)
		ask_with_rival(c, rule, scene, rivals, (int)i, calls);
	// A retry has to bear any number of rivals. A walk may give up:
	// while others change the map, it need not ever end.
	for (size_t row = 0; row < (calls <= 12 ? 4 : 3); row++)
		for (int which = -1; which < (int)count; which++) {
			hurt++;
			p = (struct plan){
				.rivals = rivals,
				.which = which,
				.first = rows[row].first,
				.last = rows[row].last,
			};
			snprintf(also, sizeof(also),
				 ", while before each bpf(2) call that "
				 "you make, from number %d to %d, %s",
				 p.first, p.last,
				 which < 0 ? "others are at work"
					   : rivals[which].words);
			pose(c, rule, scene, &p, also);
			release_down_to(mark);
		}
}

static const int errors[] = {
	-ENOENT, -EPERM,  -E2BIG,  -EEXIST, -ENOMEM,   -EBUSY,
	-EINVAL, -EAGAIN, -ENOSPC, -EIO,    -ENOTSUPP,
};
enum { ERRORS = sizeof(errors) / sizeof(*errors) };

// A descriptor that is none, and one of something else, in place of
// each that the function is given.
static void ask_with_descriptors(const struct contract *c,
				 const struct rule *rule,
				 void (*scene)(void))
{
	const size_t mark = held_count;

	for (int i = 0; i < MAX_MAPS; i++) {
		instead_of = i;
		for (int open = 0; open < 2; open++) {
			instead_open = open;
			pose(c, rule, scene, &quietly, NULL);
			release_down_to(mark);
		}
	}
	instead_of = -1;
}

static void ask_with_error(const struct contract *c,
			   const struct rule *rule, void (*scene)(void),
			   int error, int first, int last,
			   bool same_command)
{
	const size_t mark = held_count;
	const struct plan p = {
		.error = error,
		.error_first = first,
		.error_last = last,
		.same_command = same_command,
	};
	char also[256], text[32];

	hurt++;
	snprintf(also, sizeof(also),
		 ", when %s that you make%s fails with %s",
		 ordinal(text, first),
		 same_command	? ", and every one like it after it,"
		 : last > first ? ", and every one after it,"
				: "",
		 errno_name(error));
	pose(c, rule, scene, &p, also);
	release_down_to(mark);
}

void ask_with_errors(const struct contract *c, const struct rule *rule,
		     void (*scene)(void))
{
	int calls;

	hurt = random32() % HURTS;
	calls = count_calls(c, rule, scene);
	ask_with_descriptors(c, rule, scene);
	for (int i = draws(); i > 0; i--) {
		const int n = (int)random_between(1, (uint32_t)calls);

		ask_with_error(c, rule, scene, errors[i % ERRORS], n, n,
			       false);
	}
	for (int n = 1; n <= calls; n = next_call(n, calls)) {
		// All errors for the first calls, then some in turn.
		const int many = n <= 4 ? ERRORS : 3;

		for (int i = 0; i < many; i++)
			ask_with_error(c, rule, scene,
				       errors[(n * 3 + i) % ERRORS], n,
				       n, false);
		if (n > 6)
			continue;
		ask_with_error(c, rule, scene, -ENOMEM, n,
			       MAX_BPF_CALLS, false);
		ask_with_error(c, rule, scene, -EINVAL, n,
			       MAX_BPF_CALLS, true);
		ask_with_error(c, rule, scene, -EIO, n, MAX_BPF_CALLS,
			       true);
	}
}

// --- the checks -----------------------------------------------------

// A check that asked the kernel nothing had nothing to get wrong.
static void expect_calls(void)
{
	if (calls_in_check == 0)
		report("a function that does its work in the map",
		       "not one call of bpf(2)",
		       "Your function makes no map call at all.", NULL);
}

// Run one check with each seed. A player serves all checks until one
// fails; then nobody knows its state, and the next gets a new one.
static bool run_check(const struct check *check)
{
	const uint64_t first = seed;
	volatile bool passed = true;

	check_name = check->name;
	for (volatile int i = 0; i < times && passed; i++) {
		seed = first + (uint64_t)i;
		random_state = seed;
		hurt = seed;
		instead_of = freeze = -1;
		calls_in_check = 0;
		plan = quietly;
		player.kept = player.total = 0;
		player.going = interfering = false;
		snprintf(tried_text, sizeof(tried_text),
			 "to start your program");
		if (setjmp(check_failed) == 0) {
			check->run();
			expect_calls();
		} else {
			passed = false;
		}
		release_down_to(0);
	}
	seed = first;
	if (!passed)
		end_player();
	if (passed)
		printf("ok - %s\n", check->name);
	return passed;
}

// What the tests of the exercises look at: each rule of the exercise
// with the place to read again, and the word that must stand there.
static void list_rules(void)
{
	extern const struct rule *const __start_rules[];
	extern const struct rule *const __stop_rules[];

	for (const struct rule *const *r = __start_rules;
	     r < __stop_rules; r++)
		printf("%s|%s|%s\n", (*r)->sentence, (*r)->read,
		       (*r)->word);
}

static uint64_t number(const char *text)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9') {
		fprintf(stderr, "\"%s\" is not a number\n", text);
		exit(FAULT);
	}
	return value;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "times", required_argument, NULL, 't' },
		{ "all", no_argument, NULL, 'a' },
		{ "fence", no_argument, NULL, 'f' },
		{ "patience", required_argument, NULL, 'p' },
		{ "list", no_argument, NULL, 'l' },
		{ "rules", no_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	int option, status = PASSED;

	seed = (uint64_t)time(NULL) % 1000000;
	while ((option = getopt_long(argc, argv, "+", options, NULL)) !=
	       -1) {
		switch (option) {
		case 's':
			seed = number(optarg);
			break;
		case 't':
			times = (int)number(optarg);
			break;
		case 'a':
			all = true;
			break;
		case 'f':
			fence = true;
			break;
		case 'p':
			patience = (int)number(optarg);
			break;
		case 'l':
			for (size_t i = 0; checks[i].name; i++)
				puts(checks[i].name);
			return PASSED;
		case 'r':
			list_rules();
			return PASSED;
		default:
			return FAULT;
		}
	}
	player_command = argv + optind;
	if (!*player_command) {
		fprintf(stderr, "check needs a player to run\n");
		return FAULT;
	}
	play_began = now_ms();
	for (size_t i = 0; checks[i].name; i++)
		if (!run_check(&checks[i])) {
			status = FAILED;
			if (!all || i == 0)
				break;
		}
	end_player();
	if (fflush(stdout) == EOF || ferror(stdout))
		fault("cannot write the report: %s", strerror(errno));
	return status;
}
