/* SPDX-License-Identifier: MIT */

// What a check is written with. The judge is the process in which
// the checks run. It never runs a learner's code: it makes the maps
// and holds their descriptors, asks a player (player.c) to call the
// learner's functions, and looks into the maps itself afterwards.
//
// A check is a function without arguments. It says what it tries,
// calls, and compares. The first thing that is not as expected ends
// the check with a report: what was tried, what was expected, what
// came, the rule behind it, and where to read again.
#ifndef JUDGE_H
#define JUDGE_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <bpf/bpf.h>

#include "player.h"

// The exercise's checks, in the order of its task, ended by a NULL.
// check.c defines them; the points file names the same checks.
struct check {
	const char *name;
	void (*run)(void);
};
extern const struct check checks[];

// A rule of the task and of the call: the sentence that a learner
// sees when it is broken, without any value of this run in it, and
// the place in the lessons that explains it.
struct rule {
	const char *sentence, *read;
};

// --- maps -----------------------------------------------------------

// Create a map that is closed when the check ends. Never fails: if
// the kernel refuses, that is the grader's fault and ends the judge.
int map(enum bpf_map_type type, uint32_t key_size, uint32_t value_size,
	uint32_t max_entries);
int map_with_flags(enum bpf_map_type type, uint32_t key_size,
		   uint32_t value_size, uint32_t max_entries,
		   uint32_t flags);

// A hash from uint32_t to uint64_t, as most exercises use it.
int table(uint32_t max_entries);
void put(int fd, uint32_t key, uint64_t value);
bool get(int fd, uint32_t key, uint64_t *value);
void drop(int fd, uint32_t key);
uint32_t entries(int fd);

// A descriptor that is open and is no map, closed with the check.
int not_a_map(void);

// Skip the exercise on a kernel that cannot take from a hash: before
// Linux 5.14.
void need_hash_take(void);

// The judge's own map calls must work. `what` names the call.
void must(const char *what, int err);

// End the judge: something is wrong that no learner has caused.
__attribute__((noreturn, format(printf, 1, 2))) void
fault(const char *format, ...);

// End the judge with "skipped": this kernel cannot do the exercise.
__attribute__((noreturn)) void skip(const char *why);

// --- random values --------------------------------------------------

// All are derived from the seed that is printed.
uint32_t random_between(uint32_t low, uint32_t high);
uint32_t random32(void);
uint64_t random64(void);
void random_distinct(uint32_t *numbers, size_t count);

// --- calls ----------------------------------------------------------

// Say what is tried next, as it would stand in a program:
// tried("claim(fd, %u, %u)", ...). It is shown in a report.
__attribute__((format(printf, 1, 2))) void tried(const char *format,
						 ...);

// Make a call in the player and return what came back. Descriptors
// in the reply belong to the judge and are closed with the check.
//
//   call(.function = CLAIM, .fd = { fd }, .arg = { name, owner })
#define call(...) judge_call(&(struct request){ __VA_ARGS__ })
struct reply judge_call(const struct request *q);

// Until the end of the check, run `act` before the bpf(2) call
// number `nth` of each call, if there is one: another process comes
// in between. `act` uses the judge's own descriptors. To race with
// every call, count from 2 until interfered() says no: a function that
// makes more than twelve calls fails.
void before_bpf_call(int nth, void (*act)(void));

// The same before each of the calls `first` to `last`.
void before_bpf_calls(int first, int last, void (*act)(void));

// Whether it did in the last call.
bool interfered(void);

// The word for a number up to 12, such as "second": a report says
// "before the second bpf(2) call that you make".
const char *ordinal(int nth);

// How many bpf(2) calls with this command the last call made.
int bpf_calls(enum bpf_cmd command);

// --- comparisons ----------------------------------------------------

// `what` names the thing compared, such as "the return value".
// An errno is shown with its name. Where -EBADF is expected, -EBADFD
// will do: it depends on which call is made first.
void expect_result(const struct rule *rule, struct reply r, int want);
// Any return value but an error.
void expect_success(const struct rule *rule, struct reply r,
		    const char *expected);
void expect_u64(const struct rule *rule, const char *what,
		uint64_t want, uint64_t got);
void expect_entry(const struct rule *rule, int fd, uint32_t key,
		  uint64_t want);
void expect_absent(const struct rule *rule, int fd, uint32_t key);
void expect_entries(const struct rule *rule, int fd, uint32_t want);

// Anything else: the check ends unless `good`. `came` is a format.
__attribute__((format(printf, 4, 5))) void
expect(const struct rule *rule, bool good, const char *expected,
       const char *came, ...);

#endif
