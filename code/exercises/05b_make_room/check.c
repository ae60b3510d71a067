/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "../classroom/judge.h"
#include "exercise.h"

#define THE_CALL   "05-delete.md, \"The call\""
#define THE_IDEA   "05-delete.md, \"The idea\""
#define GOES_WRONG "05-delete.md, \"What goes wrong\""
#define FULL_MAP   "02-update.md, \"What goes wrong\""

RULE(room, THE_IDEA, "delete",
     "Where there is room nothing has to go: insert first, and delete "
     "only after E2BIG.");
RULE(full, FULL_MAP, "E2BIG",
     "-E2BIG is how a full map refuses a new key; a delete makes room "
     "at once, so delete the victim and insert again.");
RULE(counted, THE_CALL, "bpf_map_delete_elem",
     "The return value says whether this call removed the victim: 1 "
     "if it did, 0 if it did not.");
RULE(spared, FULL_MAP, "E2BIG",
     "A key that is in the map needs no new room, so it can be stored "
     "in a full map and nothing has to go.");
RULE(stays, GOES_WRONG, "ENOENT",
     "Without a victim to remove the map stays full: return -E2BIG "
     "and remove nobody else.");
RULE(gone, GOES_WRONG, "ENOENT",
     "If the victim is gone already, there is room: -ENOENT from the "
     "delete is no reason to give up.");
RULE(refused, GOES_WRONG, "EINVAL",
     "Only ENOENT says that the victim is gone: if the delete fails "
     "with another error, nothing was removed, so return that "
     "error.");
RULE(broken, GOES_WRONG, "errno",
     "Only E2BIG asks for room; every other error is returned as it "
     "came, and nothing more is done.");

// The contract, in three steps with others between them: store; if
// there is no room, remove the victim; store again.
static int makes_room(int at, struct world *w, struct outcome *o)
{
	enum { STORE, REMOVE, STORE_AGAIN, STORE_IF_ROOM };
	struct contents *list = &w->map[0];
	const uint64_t *arg = asked.request.arg;
	struct entry *victim;

	if (at == REMOVE) {
		victim = find(list, arg[2]);
		if (!victim)
			return STORE_IF_ROOM;
		take_out(list, victim);
		return STORE_AGAIN;
	}
	if (add(list, arg[0], arg[1]))
		o->result = at == STORE_AGAIN ? 1 : 0;
	else if (at == STORE)
		return REMOVE;
	else
		o->result = -E2BIG;
	return DONE;
}

// Which of result and map is wrong has a rule of its own where the
// map was full.
static void judge_full(const struct history *h, const struct reply *r,
		       bool failed)
{
	struct entry *e =
		find(map_at(h, h->count - 1, 0), asked.request.arg[0]);

	(void)failed;
	expect(&full, e && e->value[0] == asked.request.arg[1],
	       "the key in the map, with its value", "%s",
	       e ? "another value" : "no such key");
	expect(&full,
	       !find(map_at(h, h->count - 1, 0), asked.request.arg[2]),
	       "a map without the victim", "a map with it");
	expect_u64(&full, "the number of entries",
		   map_at(h, 0, 0)->count,
		   map_at(h, h->count - 1, 0)->count);
	expect_result(&counted, *r, 1);
}

static const struct contract contract = { .step = makes_room };
static const struct contract in_full = { .judge = judge_full };
static const struct contract racing = {
	.step = makes_room,
	.race_rule = &gone,
};

static int fd;
static uint32_t key, victim;

static void question(const char *what)
{
	const uint64_t value = a_value();

	asked.request = (struct request){
		.fd = { fd },
		.arg = { key, value, victim },
	};
	tried("insert_over(fd, %" PRIu32 ", %" PRIu64 ", %" PRIu32
	      "), %s",
	      key, value, victim, what);
}

// The victim is one of the four neighbours of the key.
static void make_map(uint32_t size)
{
	static const uint32_t bits[] = { 1, 0x10000, 0x80000000,
					 UINT32_MAX };

	fd = table(size);
	key = a_key();
	put_neighbours(fd, key);
	victim = key ^ bits[random_between(0, 3)];
}

static void with_room(void)
{
	make_map(7);
	question("with room for three more");
}

static void with_room_for_one(void)
{
	make_map(5);
	question("with room for one more");
}

static void in_a_full_map(void)
{
	make_map(4);
	question("in a full map");
}

static void in_a_map_of_one(void)
{
	fd = table(1);
	key = a_key();
	victim = key ^ UINT32_C(0x10000);
	put(fd, victim, random64());
	question("in a full map with the victim alone");
}

static void present_in_a_full_map(void)
{
	make_map(5);
	put(fd, key, random64());
	question("in a full map, a key that is in it");
}

static void over_itself(void)
{
	make_map(5);
	put(fd, key, random64());
	victim = key;
	question("in a full map, a key that is in it and the victim");
}

static void without_a_victim(void)
{
	make_map(4);
	victim = key ^ 2;
	question("in a full map without that victim");
}

static void victim_is_the_key(void)
{
	make_map(4);
	victim = key;
	question("in a full map without that victim");
}

static void only_readable(void)
{
	fd = map_with_flags(BPF_MAP_TYPE_HASH, 4, 8, 4, BPF_F_RDONLY);
	key = a_key();
	victim = key ^ 1;
	question("with a descriptor that may only read");
	asked.refusal = -EPERM;
}

// No index above 3: E2BIG. No delete in an array: EINVAL.
static void in_an_array(void)
{
	fd = map(BPF_MAP_TYPE_ARRAY, 4, 8, 4);
	key = 4;
	victim = random_between(0, 3);
	question("in an array of 4 entries, where bpf_map_update_elem "
		 "returns -E2BIG and bpf_map_delete_elem -EINVAL");
	asked.refusal = -EINVAL;
}

static void rival_removes_the_victim(void)
{
	drop(fd, victim);
}

static void rival_removes_another(void)
{
	drop(fd, victim ^ 1);
}

static void rival_takes_the_room(void)
{
	insert(fd, key ^ random_between(0x100, 0xffff), random64());
}

static void rival_inserts_the_key(void)
{
	insert(fd, key, random64());
}

static void rival_inserts_the_victim(void)
{
	insert(fd, victim, random64());
}

static const struct rival rivals[] = {
	{ "another process removes the victim",
	  rival_removes_the_victim },
	{ "another process removes another entry",
	  rival_removes_another },
	{ "another process takes what room there is",
	  rival_takes_the_room },
	{ "another process inserts the key", rival_inserts_the_key },
	{ "another process inserts the victim",
	  rival_inserts_the_victim },
	{ NULL, NULL },
};

static void inserts_where_there_is_room(void)
{
	ask_often(&contract, &room, with_room);
	ask_often(&contract, &room, with_room_for_one);
}

static void makes_room_when_full(void)
{
	ask_often(&in_full, &full, in_a_full_map);
	ask_often(&in_full, &full, in_a_map_of_one);
	ask_often(&contract, &full, in_a_full_map);
}

static void spares_the_victim(void)
{
	ask_often(&contract, &spared, present_in_a_full_map);
	ask_often(&contract, &spared, over_itself);
}

static void says_when_it_stays_full(void)
{
	ask_often(&contract, &stays, without_a_victim);
	ask_often(&contract, &stays, victim_is_the_key);
}

static void goes_on_without_the_victim(void)
{
	ask_with_rivals(&racing, &gone, in_a_full_map, rivals);
	ask_with_rivals(&racing, &gone, with_room_for_one, rivals);
	ask_with_rivals(&racing, &gone, without_a_victim, rivals);
	ask_with_rivals(&racing, &gone, present_in_a_full_map, rivals);
}

static void reports_what_is_broken(void)
{
	ask(&contract, &broken, only_readable);
	ask_frozen(&contract, &broken, with_room, 0, -EPERM);
	ask_often(&contract, &refused, in_an_array);
	ask_with_errors(&contract, &broken, with_room);
	ask_with_errors(&contract, &broken, in_a_full_map);
	ask_with_errors(&contract, &broken, without_a_victim);
}

const struct check checks[] = {
	{ "inserts_where_there_is_room", inserts_where_there_is_room },
	{ "makes_room_when_full", makes_room_when_full },
	{ "spares_the_victim", spares_the_victim },
	{ "says_when_it_stays_full", says_when_it_stays_full },
	{ "goes_on_without_the_victim", goes_on_without_the_victim },
	{ "reports_what_is_broken", reports_what_is_broken },
	{ NULL, NULL },
};
