/* SPDX-License-Identifier: MIT */

// What a check is written with. The judge is the process in which
// the checks run. It never runs a learner's code: it makes the maps
// and holds their descriptors, asks a player (player.c) to call the
// learner's functions, and looks into the maps itself.
//
// An exercise says two things. A scene makes maps and one question:
// which function is called, with what. A contract says what may come
// of it in a given world. The engine asks each scene in the same
// ways, whatever the exercise: quietly; with other processes at work
// before every bpf(2) call that the function makes; and with an
// error at every one of them. It looks at the maps before each of
// these calls, so it knows who changed what, and when.
//
// The first thing that is not as it should be ends the check with a
// report: what was tried, what was expected, what came, the rule
// behind it, and where to read again.
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
// sees when it is broken, without any value of this run in it; the
// heading in the lessons that explains it; and a word that stands
// under that heading, by which a test knows that it is the right one.
struct rule {
	const char *sentence, *read, *word;
};

// RULE(name, READ, "word", "The sentence.");
#define RULE(name, read, word, ...)                                    \
	static const struct rule name = { __VA_ARGS__, read, word };   \
	static const struct rule *const name##_rule                    \
		__attribute__((section("rules"), used)) = &name

// --- worlds ---------------------------------------------------------

enum { MAX_MAPS = 2 };

// Keys and values as the machine stores them, filled up with zeros.
struct entry {
	uint64_t key, value[2];
};

// What a map holds: the entries of a hash in the order of their
// keys, those of a queue from the oldest to the newest.
struct contents {
	uint32_t room, count;
	bool queue;
	struct entry *entries;
};

// The maps of a question, in the order of its descriptors.
struct world {
	struct contents map[MAX_MAPS];
};

struct entry *find(const struct contents *c, uint64_t key);
// Insert or overwrite; at the end of a queue. False if it is full.
bool add(struct contents *c, uint64_t key, uint64_t value);
bool add_pair(struct contents *c, uint64_t key, uint64_t first,
	      uint64_t second);
void take_out(struct contents *c, struct entry *entry);

// One call, as the judge saw it: a world for each time that a map
// changed, and who changed it.
struct history {
	struct moment {
		struct world world;
		bool by_player;
	} * moments;
	size_t count;
	int error;	 // that was injected, negative, or 0
	size_t error_at; // the last moment before it
	int command;	 // that it answered
};

static inline const struct contents *map_at(const struct history *h,
					    size_t moment, int map)
{
	return &h->moments[moment].world.map[map];
}

// --- contracts ------------------------------------------------------

struct outcome {
	int64_t result;
	uint64_t out[MAX_OUT];
};

enum { DONE = -1 };

struct contract {
	// What one step of the call does in this world; `at` is 0 for
	// the first. Between two steps others may be at work. Returns
	// the next step, or DONE when the outcome is filled in.
	// o->out begins as it was before the call.
	int (*step)(int at, struct world *w, struct outcome *o);
	// Or, where no such list of steps would do: look at the call
	// and expect(). After an error that came through, `failed`,
	// only what was done until then is to be judged.
	void (*judge)(const struct history *h, const struct reply *r,
		      bool failed);
	// The names of what is stored through pointers, and the rules
	// for them and for the map, if they are not that of the scene.
	const char *outs[MAX_OUT];
	const struct rule *out_rule, *map_rule;
	// If another process's work was undone or done twice.
	const struct rule *race_rule;
};

// The question of a scene. A scene fills it in, from maps that are
// made anew each time, and says with tried() what it is.
struct question {
	struct request request;
	uint64_t before[MAX_OUT]; // what the pointers point to
	int refusal; // an errno that each call gets here, or 0
};
extern struct question asked;

// The rule that the present scene is about.
extern const struct rule *now_rule;

// Ask as the world is.
struct reply ask(const struct contract *c, const struct rule *rule,
		 void (*scene)(void));

// Ask `count` times, so that every value of a_key() and a_value()
// comes up.
void ask_often(const struct contract *c, const struct rule *rule,
	       void (*scene)(void));

// What another process may do. It uses the judge's descriptors.
// `words` say it: "another process claims it".
struct rival {
	const char *words;
	void (*act)(void);
};

// Ask with the map of descriptor `which` frozen: it can only be read.
// The kernel refuses with `refusal`, or if that is 0 the contract
// holds.
void ask_frozen(const struct contract *c, const struct rule *rule,
		void (*scene)(void), int which, int refusal);

// Ask again and again, each time with another process at work before
// another bpf(2) call, and before several in a row. The list of
// rivals ends with a NULL.
void ask_with_rivals(const struct contract *c, const struct rule *rule,
		     void (*scene)(void), const struct rival *rivals);

// Ask again and again, with descriptors that are none or of no map,
// and with an error in place of each bpf(2) call,
// and of all calls from one on. Only errors that no answer to this
// call means: see is_an_answer().
void ask_with_errors(const struct contract *c, const struct rule *rule,
		     void (*scene)(void));

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
// Insert what no other process has inserted; remove what is there.
// They return whether it was they who did.
bool insert(int fd, uint32_t key, uint64_t value);
bool removed(int fd, uint32_t key);

// Neighbours of a key, which differ from it in few bits.
void put_neighbours(int fd, uint32_t key);

// A descriptor that is open and is no map, closed with the check.
int not_a_map(void);

// Skip the exercise on a kernel that cannot take from a hash: before
// Linux 5.14.
void need_hash_take(void);

// The judge's own map calls must work. `what` names the call.
void must(const char *what, int err);

// The kernel's description of a map, or false if it is none.
bool info_of(int fd, struct bpf_map_info *info);
const char *type_name(uint32_t type);

// End the judge: something is wrong that no learner has caused.
__attribute__((noreturn, format(printf, 1, 2))) void
fault(const char *format, ...);

// End the judge with "skipped": this kernel cannot do the exercise.
__attribute__((noreturn)) void skip(const char *why);

// --- values ---------------------------------------------------------

// All are derived from the seed that is printed.
uint32_t random_between(uint32_t low, uint32_t high);
uint32_t random32(void);
uint64_t random64(void);
void random_distinct(uint32_t *numbers, size_t count);

// Values that hurt: 0, all ones, more than 16 or 32 bits, the same
// low halves. ask_often() goes through all of them.
uint32_t a_key(void);
uint64_t a_value(void);

// --- calls ----------------------------------------------------------

// Say what is tried next, as it would stand in a program:
// tried("claim(fd, %u, %u)", ...). It is shown in a report.
__attribute__((format(printf, 1, 2))) void tried(const char *format,
						 ...);

// How many bpf(2) calls with this command the last call made.
int bpf_calls(enum bpf_cmd command);

// The key that the player's last bpf(2) call gave to the kernel, up
// to eight bytes of it. False if it could not be read.
bool key_of_last_call(uint64_t *key);

// --- comparisons ----------------------------------------------------

// `what` names the thing compared, such as "the return value".
// An errno is shown with its name. Where -EBADF is expected, -EBADFD
// will do: it depends on which call is made first. The mistakes that
// everybody makes get a sentence of their own: see common_mistake().
void expect_result(const struct rule *rule, struct reply r,
		   int64_t want);
// Any return value but an error.
void expect_success(const struct rule *rule, struct reply r,
		    const char *expected);
void expect_u64(const struct rule *rule, const char *what,
		uint64_t want, uint64_t got);
void expect_unchanged(const struct rule *rule, const struct history *h,
		      int map);

// Anything else: the check ends unless `good`. `came` is a format.
__attribute__((format(printf, 4, 5))) void
expect(const struct rule *rule, bool good, const char *expected,
       const char *came, ...);

#endif
