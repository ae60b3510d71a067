/* SPDX-License-Identifier: MIT */

// The judge: see judge.h for what a check is written with.
//
//   check [--seed N] [--times N] [--all] [--fence] [--patience N]
//         -- PLAYER [ARGUMENT...]
//   check --list
//
// runs the checks of an exercise against a player. It stops at the
// first check that fails; with --all it goes on, unless it was the
// very first, which is the job itself. --times N runs each check with
// N seeds. --fence hands a filter of system calls to the player's
// command, for bubblewrap. --patience N makes the limits on time N
// times as long, for an emulated processor. --list names the checks,
// one a line.
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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "judge.h"

enum {
	PASSED = 0,
	FAILED = 1,
	FAULT = 2,
	SKIPPED = 77,
	CPU_SECONDS = 2,	// of the player, for one seed
	WALL_SECONDS = 5,	// for one call
	START_SECONDS = 30,	// for its sandbox and its libraries
	MAX_BPF_CALLS = 20000,	// in one call
	MOST_CALLS = 12,	// in one that races, see ordinal()
	MAX_PRINTED = 1 << 20,	// bytes, by one player
	MAX_MEMORY = 256 << 20, // bytes that a player touches
	FENCE = 4,		// descriptor of a filter, see --fence
	MAX_HELD = 64,		// descriptors
	MAX_COMMANDS = 64,	// of bpf(2)
};

static struct player {
	pid_t pid;   // what was started: the player or its sandbox
	pid_t inner; // the player, as this process sees it
	int channel, listener, output;
	char printed[8192];
	size_t kept, total;
	bool crashing; // a sanitizer is at work
} player = { .pid = 0 };

static char **player_command;
static const char *check_name;
static jmp_buf check_failed;
static char tried_text[512];
static uint64_t seed, random_state;
static int times = 1, patience = 1;
static bool all, fence;

static int held[MAX_HELD];
static size_t held_count;

static int calls_made, interfere_first, interfere_last;
static int interfered_at; // the last call before which it was done
static bool interfering;
static int calls_by_command[MAX_COMMANDS];
static void (*interfere)(void);

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

	if (err == -524)
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

// --- random values --------------------------------------------------

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

// --- maps -----------------------------------------------------------

static int hold(int fd)
{
	if (held_count == MAX_HELD)
		fault("a check holds too many descriptors");
	return held[held_count++] = fd;
}

static void release_all(void)
{
	while (held_count > 0)
		close(held[--held_count]);
}

int map_with_flags(enum bpf_map_type type, uint32_t key_size,
		   uint32_t value_size, uint32_t max_entries,
		   uint32_t flags)
{
	const struct bpf_map_create_opts opts = {
		.sz = sizeof(opts),
		.map_flags = flags,
	};
	int fd = bpf_map_create(type, "exercise", key_size, value_size,
				max_entries, &opts);

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
	int err = bpf_map_delete_elem(fd, &key);

	if (err != -ENOENT)
		must("bpf_map_delete_elem", err);
}

uint32_t entries(int fd)
{
	unsigned char key[512], next[512];
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info), count = 0;
	int err;

	must("bpf_obj_get_info_by_fd",
	     bpf_obj_get_info_by_fd(fd, &info, &size));
	if (info.key_size > sizeof(key))
		fault("a key of %u bytes", info.key_size);
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

	if (bpf_map_lookup_and_delete_elem(fd, &key, &value) == -524)
		skip("taking from a hash came with Linux 5.14");
}

int not_a_map(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fault("/dev/null: %s", strerror(errno));
	return hold(fd);
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

	for (size_t i = 0; i < player.kept && lines < 20; i++) {
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

void expect_result(const struct rule *rule, struct reply r, int want)
{
	char wanted[64], got[64], expected[96];

	// bpf_obj_get_info_by_fd() says EBADFD where others say EBADF.
	if (want == -EBADF && r.result == -EBADFD)
		return;
	snprintf(expected, sizeof(expected), "the return value %s",
		 describe(wanted, want));
	expect(rule, r.result == want, expected, "the return value %s",
	       describe(got, r.result));
}

void expect_success(const struct rule *rule, struct reply r,
		    const char *expected)
{
	char got[64];

	expect(rule, r.result >= 0, expected, "the return value %s",
	       describe(got, r.result));
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

void expect_entry(const struct rule *rule, int fd, uint32_t key,
		  uint64_t want)
{
	char expected[128];
	uint64_t value;

	snprintf(expected, sizeof(expected),
		 "in the map, key %" PRIu32 " holds %" PRIu64, key,
		 want);
	if (get(fd, key, &value))
		expect(rule, value == want, expected,
		       "in the map, key %" PRIu32 " holds %" PRIu64,
		       key, value);
	else
		expect(rule, false, expected,
		       "the map has no key %" PRIu32, key);
}

void expect_absent(const struct rule *rule, int fd, uint32_t key)
{
	char expected[128];
	uint64_t value;

	snprintf(expected, sizeof(expected),
		 "the map has no key %" PRIu32, key);
	if (get(fd, key, &value))
		expect(rule, false, expected,
		       "in the map, key %" PRIu32 " holds %" PRIu64,
		       key, value);
}

void expect_entries(const struct rule *rule, int fd, uint32_t want)
{
	uint32_t got = entries(fd);
	char expected[128];

	snprintf(expected, sizeof(expected),
		 "the map has %" PRIu32 " entries", want);
	expect(rule, got == want, expected,
	       "the map has %" PRIu32 " entries", got);
}

// --- the player -----------------------------------------------------

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
		IF(__NR_add_key, REFUSE),
		IF(__NR_request_key, REFUSE),
		IF(__NR_keyctl, REFUSE),
		IF(__NR_unshare, REFUSE),
		IF(__NR_setns, REFUSE),
		IF(__NR_mount, REFUSE),
		IF(__NR_ptrace, REFUSE),
		IF(__NR_perf_event_open, REFUSE),
		IF(__NR_userfaultfd, REFUSE),
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
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_setsockopt, 0,
			 6),
		LOAD(args[2]),
		IF(SO_ATTACH_BPF, REFUSE),
		IF(SO_ATTACH_REUSEPORT_EBPF, REFUSE),
		ALLOW,
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_bpf, 1, 0),
		ALLOW,
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
// input, and limits that no honest answer comes near.
__attribute__((noreturn)) static void become_player(int channel,
						    int output)
{
	int input = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	limit(RLIMIT_CPU,
	      (rlim_t)(patience * (CPU_SECONDS + times / 5)));
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, 64);
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
	if (fence)
		put_up_fence();
	if (!watch_calls())
		_exit(CLOSED);
	execvp(player_command[0], player_command);
	_exit(127);
}

static void end_player(void)
{
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

static void report_sanitizer(const char *what, const char *stop)
{
	char name[256], came[320];
	int line = line_of_crash();

	copy_until(name, sizeof(name), what, stop);
	drop_addresses(name);
	if (line > 0)
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

// The player is gone or deaf. Find out why and say so.
__attribute__((noreturn)) static void report_death(void)
{
	const char address[] = "ERROR: AddressSanitizer: ";
	const char undefined[] = "runtime error: ";
	const struct timespec moment = { .tv_nsec = 5000000 };
	char came[128];
	const char *at;
	int status = 0, code, sig = 0;
	pid_t gone = 0;

	for (int i = 0; i < 100 && gone == 0; i++) {
		read_output();
		gone = waitpid(player.pid, &status, WNOHANG);
		if (gone == 0)
			nanosleep(&moment, NULL);
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

// A sanitizer that has found something may start a helper, to learn
// the line of the crash.
static bool sanitizer_has_spoken(void)
{
	read_output();
	return printed_after("ERROR: AddressSanitizer: ") ||
	       printed_after("runtime error: ");
}

// Let one bpf(2) call of the player go on, after whatever the check
// wants to happen before it.
static void answer_bpf_call(void)
{
	struct seccomp_notif asked;
	struct seccomp_notif_resp answer;

	memset(&asked, 0, sizeof(asked));
	if (ioctl(player.listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) <
	    0)
		return; // it died meanwhile
	if (player.inner == 0) {
		; // not the player yet: the sandbox, the libraries
	} else if (asked.data.nr != __NR_bpf) {
		player.crashing = sanitizer_has_spoken();
		if (!player.crashing)
			report_clone();
	} else if ((pid_t)asked.pid != player.inner) {
		report_clone();
	} else if (asked.data.args[0] < MAX_COMMANDS) {
		calls_by_command[asked.data.args[0]]++;
		// libbpf loads a small program once, to probe.
		calls_made += asked.data.args[0] != BPF_PROG_LOAD;
	}
	if (interfere && calls_made > interfered_at &&
	    calls_made >= interfere_first &&
	    calls_made <= interfere_last) {
		interfered_at = calls_made;
		interfering = true;
		interfere();
		interfering = false;
	}

	memset(&answer, 0, sizeof(answer));
	answer.id = asked.id;
	answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	ioctl(player.listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

static void close_received(int fds[MAX_FDS])
{
	for (int i = 0; i < MAX_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

// Receive a message from the player's own process. Descriptors that
// come with it go to `fds`. Returns its size, or -1 if there is none.
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

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Wait for a message of exactly `size` bytes, and meanwhile serve
// the player's bpf(2) calls and read what it prints.
static void await(void *data, size_t size, int fds[MAX_FDS])
{
	const int seconds = player.inner ? WALL_SECONDS : START_SECONDS;
	const int64_t end = now_ms() + patience * seconds * 1000;
	int64_t look = now_ms() + 100;
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
		if (now_ms() > look) {
			if (memory_used() > MAX_MEMORY)
				report_memory();
			look = now_ms() + 100;
		}

		if (polls[1].revents & POLLIN)
			read_output();
		if (player.total > MAX_PRINTED)
			report("an answer", "output without end",
			       "Your code prints without end: an "
			       "answer is returned, not printed.",
			       NULL);
		if (count == 3 && (polls[2].revents & POLLIN))
			answer_bpf_call();
		if (calls_made > MAX_BPF_CALLS || now_ms() > end)
			report("a function that returns", "no end",
			       "Your function does not return: a loop "
			       "in it never ends.",
			       NULL);
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
	await(hello, sizeof(hello), fds);
	close_received(fds);
}

// The descriptors that the player has open, as the kernel says.
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

struct reply judge_call(const struct request *q)
{
	static uint32_t serial;
	struct request request = *q;
	struct reply r;
	uint64_t before;
	int fds[MAX_FDS];
	size_t count = 0;
	char ready[6];

	if (player.pid <= 0)
		start_player();
	request.serial = ++serial;
	for (int i = 0; i < MAX_FDS; i++)
		if (request.fd[i] > 0)
			fds[count++] = request.fd[i];
	send_request(&request, sizeof(request), fds, count);
	await(ready, sizeof(ready), fds);
	close_received(fds);
	before = open_descriptors();

	calls_made = 0;
	interfered_at = 0;
	memset(calls_by_command, 0, sizeof(calls_by_command));
	send_request("g", 1, NULL, 0);
	await(&r, sizeof(r), fds);
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

void before_bpf_call(int nth, void (*act)(void))
{
	if (nth > MOST_CALLS)
		report("an answer that takes few bpf(2) calls",
		       "more calls than twelve",
		       "Between any two calls there is a gap for other "
		       "processes: make no more of them than the job "
		       "needs.",
		       NULL);
	before_bpf_calls(nth, nth, act);
}

void before_bpf_calls(int first, int last, void (*act)(void))
{
	interfere_first = first;
	interfere_last = last;
	interfere = act;
}

bool interfered(void)
{
	return interfered_at > 0;
}

const char *ordinal(int nth)
{
	static const char *const names[] = {
		"first", "second", "third",    "fourth",
		"fifth", "sixth",  "seventh",  "eighth",
		"ninth", "tenth",  "eleventh", "twelfth",
	};

	if (nth < 1 || (size_t)nth > sizeof(names) / sizeof(*names))
		fault("no word for call %d", nth);
	return names[nth - 1];
}

int bpf_calls(enum bpf_cmd command)
{
	return calls_by_command[command];
}

// --- the checks -----------------------------------------------------

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
		interfere = NULL;
		player.kept = player.total = 0;
		snprintf(tried_text, sizeof(tried_text),
			 "to start your program");
		if (setjmp(check_failed) == 0)
			check->run();
		else
			passed = false;
		release_all();
	}
	seed = first;
	if (!passed)
		end_player();
	if (passed)
		printf("ok - %s\n", check->name);
	return passed;
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
		default:
			return FAULT;
		}
	}
	player_command = argv + optind;
	if (!*player_command) {
		fprintf(stderr, "check needs a player to run\n");
		return FAULT;
	}
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
