/* SPDX-License-Identifier: MIT */

// All the map calls at work. A program at a machine's door lets
// network sessions in; this one keeps their table: new, seen, closed,
// expired, listed, drained, round after round, until Ctrl+C.
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>

// Under its number: the rounds of its opening and last appearance.
struct session {
	uint32_t opened, seen;
};

// Four sessions come in a round. One that nobody has seen for two
// rounds expires, so the table stays small.
enum { ARRIVALS = 4, EXPIRES_AFTER = 2, MAX_ENTRIES = 16 };
#define ENOTSUPP 524 /* the kernel's own; no header has it for you */

// Every session that is opened leaves in one of three ways. In the
// end, the three must add up to what came.
static uint64_t opened, closed, expired, drained;
static int table = -1; // its descriptor

// Every answer comes by here. What is not expected ends the program
// with one line that names the call. The map ends with the program.
static void check(int err, const char *call)
{
	if (err >= 0)
		return;
	fprintf(stderr, "%s: %s%s\n", call, strerror(-err),
		err == -EPERM ? " (try sudo, or see Appendix B)" : "");
	if (table >= 0)
		close(table);
	exit(EXIT_FAILURE);
}

// **New.** `BPF_NOEXIST`: no session takes another one's place.
static int open_session(uint32_t id, uint32_t round)
{
	const struct session session = { round, round };
	int err =
		bpf_map_update_elem(table, &id, &session, BPF_NOEXIST);

	if (err == 0)
		opened++;
	return err;
}

// **Seen.** Look it up, change the copy, store the copy. `BPF_EXIST`:
// a session that has left meanwhile must not come back.
static void see_session(uint32_t id, uint32_t round)
{
	struct session session;

	check(bpf_map_lookup_elem(table, &id, &session),
	      "bpf_map_lookup_elem");
	session.seen = round;
	check(bpf_map_update_elem(table, &id, &session, BPF_EXIST),
	      "bpf_map_update_elem");
}

// **Closed.** Take the session out, value and all, in one step, so
// that nobody closes it twice. Before Linux 5.14 a hash gives nothing
// away: look, then delete, and of two that delete, one gets 0.
static void close_session(uint32_t id)
{
	struct session session;
	int err = bpf_map_lookup_and_delete_elem(table, &id, &session);

	if (err == -ENOTSUPP) {
		check(bpf_map_lookup_elem(table, &id, &session),
		      "bpf_map_lookup_elem");
		check(bpf_map_delete_elem(table, &id),
		      "bpf_map_delete_elem");
	} else {
		check(err, "bpf_map_lookup_and_delete_elem");
	}
	closed++;
}

// **Expired.** Walk the table and delete. The next key is fetched
// first: from a deleted key, the walk would start over.
static void expire_sessions(uint32_t round)
{
	struct session session;
	uint32_t id, next;
	int err = bpf_map_get_next_key(table, NULL, &next);

	while (err == 0) {
		id = next;
		err = bpf_map_get_next_key(table, &id, &next);
		check(bpf_map_lookup_elem(table, &id, &session),
		      "bpf_map_lookup_elem");
		if (round - session.seen < EXPIRES_AFTER)
			continue;
		check(bpf_map_delete_elem(table, &id),
		      "bpf_map_delete_elem");
		expired++;
	}
	if (err != -ENOENT)
		check(err, "bpf_map_get_next_key");
}

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

// **Listed.** Walk, and sort what came: a hash has no order that a
// person could follow. A walk has a bound, the room of the map.
static void list_sessions(void)
{
	uint32_t ids[MAX_ENTRIES], id, *previous = NULL;
	struct session session;
	size_t found = 0;
	int err = 0;

	while (found < MAX_ENTRIES &&
	       (err = bpf_map_get_next_key(table, previous, &id)) ==
		       0) {
		ids[found++] = id;
		previous = &id;
	}
	if (err != -ENOENT)
		check(err, "bpf_map_get_next_key");
	qsort(ids, found, sizeof(*ids), compare);
	puts("  session  opened  seen");
	for (size_t i = 0; i < found; i++) {
		check(bpf_map_lookup_elem(table, &ids[i], &session),
		      "bpf_map_lookup_elem");
		printf("  %7" PRIu32 "  %6" PRIu32 "  %4" PRIu32 "\n",
		       ids[i], session.opened, session.seen);
	}
}

// A full disk shows when what was printed is written.
static void flush(void)
{
	check(fflush(stdout) == EOF ? -errno : 0,
	      "cannot write stdout");
}

// A round, such as the third: the sessions 31 to 34 come, 21 is closed,
// 22 is seen, and what was last seen in round 1 expires.
static void play_round(uint32_t round)
{
	const uint32_t first = 10 * round + 1;
	int err;

	for (uint32_t i = 0; i < ARRIVALS; i++)
		check(open_session(first + i, round),
		      "bpf_map_update_elem");
	// Somebody comes with a number that is taken. EEXIST is what we
	// want: a success would mean that a session was lost.
	err = open_session(first, round);
	if (err != -EEXIST)
		check(err < 0 ? err : -EEXIST, "bpf_map_update_elem");
	if (round > 1) {
		close_session(first - 10);
		see_session(first - 9, round);
	}
	expire_sessions(round);
	printf("round %" PRIu32 "\n", round);
	list_sessions();
	flush();
}

// **Drained.** To delete everything, the first key will do, until there
// is none. (In a large map, step first: finding the first grows slow.)
static int drain(void)
{
	uint32_t id;
	int err;

	while ((err = bpf_map_get_next_key(table, NULL, &id)) == 0) {
		check(bpf_map_delete_elem(table, &id),
		      "bpf_map_delete_elem");
		drained++;
	}
	if (err != -ENOENT)
		check(err, "bpf_map_get_next_key");
	printf("%" PRIu64 " opened = %" PRIu64 " closed + %" PRIu64
	       " expired + %" PRIu64 " drained\n",
	       opened, closed, expired, drained);
	flush();
	if (opened == closed + expired + drained)
		return EXIT_SUCCESS;
	fputs("the sum is wrong: a session was lost\n", stderr);
	return EXIT_FAILURE;
}

// The pause between two rounds ends at once if Ctrl+C comes, or came
// before. It interrupts nothing, because it is blocked and waited for.
static int stopped(const sigset_t *signals, double seconds)
{
	const struct timespec pause = {
		(time_t)seconds,
		(long)(1e9 * (seconds - (double)(time_t)seconds))
	};

	while (sigtimedwait(signals, NULL, &pause) < 0)
		if (errno != EINTR)
			return 0;
	return 1;
}

// The number after an option; only seconds may have a fraction.
static double number(const char *option, double least, double most)
{
	const char *digits = least < 1 ? "0123456789." : "0123456789";
	char *end;
	double n = strtod(optarg, &end);

	if (end > optarg && !*end && !optarg[strspn(optarg, digits)] &&
	    n >= least && n <= most)
		return n;
	fprintf(stderr,
		"--%s takes a number from %.0f to %.0f, not \"%s\"\n",
		option, least, most, optarg);
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "interval", required_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	uint32_t round = 1;
	sigset_t signals;
	double rounds = 0, seconds = 1;
	int opt, status;

	// Before anything else, block what Ctrl+C and `kill` send.
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);

	while ((opt = getopt_long(argc, argv, "", options, NULL)) > 0) {
		if (opt == 'r')
			rounds = number("rounds", 1, UINT32_MAX);
		else if (opt == 'i')
			seconds = number("interval", 0, 86400);
		else
			break;
	}
	if (opt > 0 || optind < argc) {
		fputs("Usage: test_maps [--rounds N] [--interval S]\n",
		      opt == 'h' ? stdout : stderr);
		flush();
		return opt == 'h' ? EXIT_SUCCESS : 2;
	}

	// One map, one descriptor, one close. While this runs, look
	// from another terminal: `sudo bpftool map dump name sessions`.
	table = bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
			       sizeof(uint32_t), sizeof(struct session),
			       MAX_ENTRIES, NULL);
	check(table, "bpf_map_create");
	do
		play_round(round);
	while (round++ != rounds && !stopped(&signals, seconds));
	status = drain();
	close(table);
	return status;
}
