/* SPDX-License-Identifier: MIT */

// The map calls at work together: a **session table**. Sessions
// arrive, are seen again, are redeemed once, expire, and are
// listed, round after round, until you press Ctrl+C.
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>

// The key is the number of a session. The value remembers the
// rounds in which the session arrived and was last seen.
struct session {
	uint32_t arrived;
	uint32_t seen;
};

// In each round four sessions arrive. A session that was not seen
// for two rounds expires, so the table stays small.
enum { ARRIVALS = 4, EXPIRES_AFTER = 2, MAX_ENTRIES = 16 };

// Each session that arrives leaves in one of three ways. At the
// end the three must add up to the arrivals.
static uint64_t arrived, redeemed, expired, drained;

// libbpf returns `-errno` on failure. `strerrorname_np` knows the
// name of each errno, but not the kernel's internal number 524.
static int fail(const char *call, int err)
{
	const char *name = strerrorname_np(-err);

	if (err == -524)
		name = "ENOTSUPP";
	fprintf(stderr, "%s: %s (%d): %s\n", call,
		name ? name : "an unknown errno", -err, strerror(-err));
	if (err == -EPERM)
		fprintf(stderr,
			"You need CAP_BPF: run this with sudo, or run "
			"\"sudo setcap cap_bpf+ep\" on it once.\n");
	return -1;
}

// **Arrive** inserts with `BPF_NOEXIST`, so no session can replace
// another one.
static int arrive(int fd, uint32_t id, uint32_t round)
{
	const struct session session = { round, round };
	int err = bpf_map_update_elem(fd, &id, &session, BPF_NOEXIST);

	if (err < 0)
		return fail("bpf_map_update_elem", err);
	arrived++;
	return 0;
}

// Somebody comes with a number that is taken. EEXIST is the answer
// wanted here; if the insert succeeds, something is wrong.
static int arrive_twice(int fd, uint32_t id, uint32_t round)
{
	const struct session session = { round, round };
	int err = bpf_map_update_elem(fd, &id, &session, BPF_NOEXIST);

	if (err == 0)
		fprintf(stderr,
			"bpf_map_update_elem: one number was given to "
			"two sessions\n");
	else if (err != -EEXIST)
		fail("bpf_map_update_elem", err);
	return err == -EEXIST ? 0 : -1;
}

// **See again** looks the session up, changes the copy, and stores
// it with `BPF_EXIST`: a session that has gone must not come back.
static int see_again(int fd, uint32_t id, uint32_t round)
{
	struct session session;
	int err = bpf_map_lookup_elem(fd, &id, &session);

	if (err < 0)
		return fail("bpf_map_lookup_elem", err);
	session.seen = round;
	err = bpf_map_update_elem(fd, &id, &session, BPF_EXIST);
	return err < 0 ? fail("bpf_map_update_elem", err) : 0;
}

// A take in two steps, for kernels that cannot take from a hash.
// Of two that delete one entry, one gets 0: that one has it.
static int look_up_then_delete(int fd, uint32_t id,
			       struct session *session)
{
	static bool said;
	int err;

	if (!said)
		puts("  (this kernel cannot take from a hash, Linux "
		     "5.14 "
		     "can:\n   look up, then delete)");
	said = true;
	err = bpf_map_lookup_elem(fd, &id, session);
	return err < 0 ? err : bpf_map_delete_elem(fd, &id);
}

// **Redeem** takes the session out, value and all, in one step.
// Of two that redeem the same session, one gets ENOENT.
static int redeem(int fd, uint32_t id)
{
	struct session session;
	int err = bpf_map_lookup_and_delete_elem(fd, &id, &session);

	if (err == -524)
		err = look_up_then_delete(fd, id, &session);
	if (err < 0)
		return fail("bpf_map_lookup_and_delete_elem", err);
	redeemed++;
	return 0;
}

// **Expire** walks the table and deletes. It fetches the next key
// first, because from a deleted key the walk would start over.
static int expire(int fd, uint32_t round)
{
	struct session session;
	uint32_t id, next;
	int err, end = bpf_map_get_next_key(fd, NULL, &next);

	while (end == 0) {
		id = next;
		end = bpf_map_get_next_key(fd, &id, &next);

		err = bpf_map_lookup_elem(fd, &id, &session);
		if (err < 0)
			return fail("bpf_map_lookup_elem", err);
		if (round - session.seen < EXPIRES_AFTER)
			continue;
		err = bpf_map_delete_elem(fd, &id);
		if (err < 0)
			return fail("bpf_map_delete_elem", err);
		expired++;
	}
	return end == -ENOENT ? 0 : fail("bpf_map_get_next_key", end);
}

static int compare(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a;
	const uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

// **List** walks the table and sorts what it found: a hash has no
// order that a reader could follow.
static int list(int fd)
{
	uint32_t ids[MAX_ENTRIES], id, *previous = NULL;
	struct session session;
	size_t found = 0;
	int err;

	while ((err = bpf_map_get_next_key(fd, previous, &id)) == 0 &&
	       found < MAX_ENTRIES) {
		ids[found++] = id;
		previous = &id;
	}
	if (err == 0) {
		fprintf(stderr, "bpf_map_get_next_key: more keys than "
				"the map has room for\n");
		return -1;
	}
	if (err != -ENOENT)
		return fail("bpf_map_get_next_key", err);

	qsort(ids, found, sizeof(*ids), compare);
	puts("  session  arrived  seen");
	for (size_t i = 0; i < found; i++) {
		err = bpf_map_lookup_elem(fd, &ids[i], &session);
		if (err < 0)
			return fail("bpf_map_lookup_elem", err);
		printf("  %7" PRIu32 "  %7" PRIu32 "  %4" PRIu32 "\n",
		       ids[i], session.arrived, session.seen);
	}
	return 0;
}

// A round plays the same scene each time: in round 3 the sessions
// 31 to 34 arrive, 21 is redeemed, 22 is seen again, and whatever
// nobody has seen since round 1 expires.
static int play(int fd, uint32_t round)
{
	const uint32_t first = 10 * round + 1;

	for (uint32_t i = 0; i < ARRIVALS; i++)
		if (arrive(fd, first + i, round) < 0)
			return -1;
	if (arrive_twice(fd, first, round) < 0)
		return -1;
	if (round > 1 && (redeem(fd, first - 10) < 0 ||
			  see_again(fd, first - 9, round) < 0))
		return -1;
	if (expire(fd, round) < 0)
		return -1;

	printf("round %" PRIu32 "\n", round);
	return list(fd);
}

// **Drain** empties the table. Whoever deletes everything needs no
// next key: the first one will do, until there is none. In a large
// map, step first: the search for the first key grows long.
static int drain(int fd)
{
	uint32_t id;
	int err;

	while ((err = bpf_map_get_next_key(fd, NULL, &id)) == 0) {
		err = bpf_map_delete_elem(fd, &id);
		if (err < 0)
			return fail("bpf_map_delete_elem", err);
		drained++;
	}
	return err == -ENOENT ? 0 : fail("bpf_map_get_next_key", err);
}

static int summarize(void)
{
	printf("%" PRIu64 " arrived = %" PRIu64 " redeemed + %" PRIu64
	       " expired + %" PRIu64 " drained\n",
	       arrived, redeemed, expired, drained);
	if (arrived == redeemed + expired + drained)
		return 0;
	fprintf(stderr,
		"the summary does not add up: sessions were lost\n");
	return -1;
}

// A full disk shows when the buffered output is written.
static int flush(void)
{
	if (fflush(stdout) != EOF && !ferror(stdout))
		return 0;
	perror("cannot write to stdout");
	return -1;
}

// **Ctrl+C** needs no handler. The two signals are blocked, so that
// none can interrupt a call or come between a test and a sleep.
static void block(sigset_t *stop)
{
	sigemptyset(stop);
	sigaddset(stop, SIGINT);
	sigaddset(stop, SIGTERM);
	sigprocmask(SIG_BLOCK, stop, NULL);
}

// `sigtimedwait` is the sleep between two rounds, and it ends at
// once when a signal comes or has come before.
static bool stopped(const sigset_t *stop, struct timespec interval)
{
	while (sigtimedwait(stop, NULL, &interval) < 0)
		if (errno != EINTR)
			return false;
	return true;
}

// The life of the table. Rounds go on until the last one or a
// signal; either way the table is drained and the books balance.
static int run(int fd, uint32_t rounds, struct timespec interval,
	       const sigset_t *stop)
{
	for (uint32_t round = 1; rounds == 0 || round <= rounds;
	     round++) {
		if (round > 1 && stopped(stop, interval))
			break;
		if (play(fd, round) < 0 || flush() < 0)
			return -1;
	}
	if (drain(fd) < 0 || summarize() < 0)
		return -1;
	return flush();
}

static const char usage[] =
	"Usage: test_maps [--rounds N] [--interval SECONDS]\n"
	"Keep a session table in a BPF map until Ctrl+C.\n"
	"\n"
	"  --rounds N          stop after N rounds\n"
	"  --interval SECONDS  pause between rounds, such as 0.5; "
	"1 if not given\n"
	"  --help              show this text\n";

// Bad options are one line and status 2, before any map is made.
static void parse(int argc, char **argv, uint32_t *rounds,
		  struct timespec *interval)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "interval", required_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	unsigned long n;
	double seconds;
	char *end;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) !=
	       -1) {
		switch (option) {
		case 'r':
			errno = 0;
			n = strtoul(optarg, &end, 10);
			if (optarg[0] < '0' || optarg[0] > '9' ||
			    *end || errno || n == 0 || n > UINT32_MAX) {
				fprintf(stderr,
					"--rounds takes a whole "
					"number from 1 to %" PRIu32
					", not \"%s\"\n",
					UINT32_MAX, optarg);
				exit(2);
			}
			*rounds = (uint32_t)n;
			break;
		case 'i':
			seconds = strtod(optarg, &end);
			if (end == optarg || *end ||
			    !(seconds >= 0 && seconds <= 86400)) {
				fprintf(stderr,
					"--interval takes seconds "
					"from 0 to 86400, not \"%s\"\n",
					optarg);
				exit(2);
			}
			interval->tv_sec = (time_t)seconds;
			interval->tv_nsec =
				(long)((seconds -
					(double)interval->tv_sec) *
				       1e9);
			break;
		case 'h':
			fputs(usage, stdout);
			exit(flush() < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
		default:
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr,
			"test_maps takes options only, not "
			"\"%s\": see --help\n",
			argv[optind]);
		exit(2);
	}
}

// The signals are blocked first of all: from here on, Ctrl+C never
// cuts anything short.
int main(int argc, char **argv)
{
	struct timespec interval = { .tv_sec = 1 };
	uint32_t rounds = 0;
	sigset_t stop;
	int fd, err;

	block(&stop);
	parse(argc, argv, &rounds, &interval);

	// One map, one descriptor, one close. While this runs, another
	// terminal can see the table:
	// `sudo bpftool map dump name sessions`.
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
			    sizeof(uint32_t), sizeof(struct session),
			    MAX_ENTRIES, NULL);
	if (fd < 0) {
		fail("bpf_map_create", fd);
		return EXIT_FAILURE;
	}
	err = run(fd, rounds, interval, &stop);
	close(fd);
	return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
