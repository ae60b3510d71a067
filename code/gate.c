/* SPDX-License-Identifier: MIT */

// The keeper of the gate, in user space. Each command opens the pinned
// tables, reads or changes them while the gate is at work, and ends.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "gate.h"
#include "gate.skel.h"

#define PINS "/sys/fs/bpf/gate"
static const char usage[] =
	"Usage: gate on INTERFACE | off | list | expire | watch\n"
	"       gate add ADDRESS[/N] [SECONDS] | remove ADDRESS[/N]\n";
static const __u8 mapped[12] = { [10] = 0xff, 0xff };
static int blocked, drops, totals;

_Noreturn static void fail(const char *what, const char *why)
{
	fprintf(stderr, "gate: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

static void check(int answer, const char *what)
{
	if (answer < 0)
		fail(what, answer == -EPERM ? "not permitted (try sudo)"
					    : strerror(-answer));
}

// Ask what it is before you read: larger values overwrite memory.
static int table(const char *path, __u32 type, __u32 key_size,
		 __u32 value_size)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = bpf_obj_get(path);

	if (fd == -ENOENT)
		fail(path, "no gate is there: gate on INTERFACE");
	check(fd < 0 ? fd : bpf_obj_get_info_by_fd(fd, &info, &size),
	      path);
	if (info.type != type || info.key_size != key_size ||
	    info.value_size != value_size)
		fail(path, "this is not a table of this gate");
	return fd;
}

static void open_tables(void)
{
	blocked = table(PINS "/blocked", BPF_MAP_TYPE_LPM_TRIE,
			sizeof(struct prefix), sizeof(struct rule));
	drops = table(PINS "/drops", BPF_MAP_TYPE_PERCPU_HASH,
		      sizeof(struct prefix), sizeof(__u64));
	totals = table(PINS "/totals", BPF_MAP_TYPE_PERCPU_ARRAY,
		       sizeof(__u32), sizeof(__u64));
}

// A lookup gives a value for each CPU that there could ever be.
static unsigned long long sum(int map, const void *key)
{
	const int cpus = libbpf_num_possible_cpus();
	unsigned long long values[cpus > 0 ? cpus : 1], total = 0;

	if (bpf_map_lookup_elem(map, key, values) == 0)
		for (int i = 0; i < cpus; i++)
			total += values[i];
	return total;
}

static __u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (__u64)t.tv_sec;
}

// The bits behind the prefix become zero: one prefix, one key.
static struct prefix prefix_of(const char *text)
{
	struct prefix prefix = { 0 };
	char address[INET6_ADDRSTRLEN] = "", rest;
	unsigned int most = 128, bits = 128;
	int n = sscanf(text, "%45[^/]/%3u%c", address, &bits, &rest);

	if (inet_pton(AF_INET, address, prefix.address + 12) == 1) {
		memcpy(prefix.address, mapped, 12);
		most = 32;
	} else if (inet_pton(AF_INET6, address, prefix.address) != 1) {
		n = 0;
	}
	if (n == 1 && !strchr(text, '/'))
		bits = most;
	else if (n != 2 || bits > most)
		fail(text, "not like 192.0.2.1 or 2001:db8::/32");
	prefix.bits = 128 - most + bits;
	for (__u32 bit = prefix.bits; bit < 128; bit++)
		prefix.address[bit / 8] &= (__u8) ~(0x80 >> bit % 8);
	return prefix;
}

static const char *text_of(const struct prefix *prefix)
{
	const __u32 v4 = !memcmp(prefix->address, mapped, 12);
	static char text[INET6_ADDRSTRLEN + 4];

	inet_ntop(v4 ? AF_INET : AF_INET6, prefix->address + 12 * v4,
		  text, sizeof(text));
	if (prefix->bits < 128)
		sprintf(strchr(text, 0), "/%u", prefix->bits - 96 * v4);
	return text;
}

static void off(void)
{
	bpf_link_detach(bpf_obj_get(PINS "/link")); // at once
	remove(PINS "/link");
	remove(PINS "/events");
	remove(PINS "/totals");
	remove(PINS "/drops");
	remove(PINS "/blocked");
	check(remove(PINS) && errno != ENOENT ? -errno : 0, PINS);
}

// The pins keep tables and link, and so the gate, when this ends.
static void on(const char *interface)
{
	LIBBPF_OPTS(bpf_object_open_opts, pins, .pin_root_path = PINS);
	LIBBPF_OPTS(bpf_link_create_opts, generic,
		    .flags = XDP_FLAGS_SKB_MODE);
	int index = (int)if_nametoindex(interface), link = -1, err;
	struct gate *bpf;

	if (!index)
		fail(interface, "there is no such interface");
	if (access(PINS "/link", F_OK) == 0)
		fail(PINS, "a gate is there already: gate off");
	bpf = gate__open_opts(&pins);
	err = bpf ? gate__load(bpf) : -errno;
	if (!err)
		err = link = bpf_link_create(
			bpf_program__fd(bpf->progs.gate), index,
			BPF_XDP, &generic);
	if (link >= 0)
		err = bpf_obj_pin(link, PINS "/link");
	gate__destroy(bpf);
	if (err)
		off();
	if (err == -EINVAL || err == -ENOENT)
		fail(PINS, "first, mount -t bpf bpf /sys/fs/bpf");
	check(err, interface);
}

static int forget(const struct prefix *prefix)
{
	int err = bpf_map_delete_elem(blocked, prefix);

	bpf_map_delete_elem(drops, prefix);
	return err;
}

static void change(int adds, const char *text, const char *seconds)
{
	struct rule rule = { .prefix = prefix_of(text) };
	unsigned int later = 0;
	char rest;
	int err;

	if (seconds && sscanf(seconds, "%9u%c", &later, &rest) != 1)
		fail(seconds, "not a number of seconds");
	rule.until = seconds ? now() + later : 0;
	open_tables();
	err = adds ? bpf_map_update_elem(blocked, &rule.prefix, &rule,
					 BPF_ANY)
		   : forget(&rule.prefix);
	if (err == -ENOSPC || err == -ENOENT)
		fail(text, adds ? "there is no room for another rule"
				: "there is no such rule");
	check(err, text);
}

// The next key is fetched first: one that is gone leads nowhere.
static void list(int expire)
{
	const __u32 passed = PASSED, dropped = DROPPED, untold = UNTOLD;
	struct prefix prefix, next;
	struct rule rule;
	long long left;
	int err;

	open_tables();
	err = bpf_map_get_next_key(blocked, NULL, &next);
	for (int i = 0; i < RULES && !err; i++) {
		prefix = next;
		err = bpf_map_get_next_key(blocked, &prefix, &next);
		if (bpf_map_lookup_elem(blocked, &prefix, &rule))
			continue;
		left = (long long)(rule.until - now());
		if (expire && (!rule.until || left > 0))
			continue;
		printf("%-20s %llu dropped", text_of(&prefix),
		       sum(drops, &prefix));
		if (rule.until)
			printf(", %lld s left", left > 0 ? left : 0);
		puts("");
		if (expire)
			forget(&prefix);
	}
	check(err == -ENOENT ? 0 : err, PINS "/blocked");
	if (!expire)
		printf("%llu let in, %llu dropped, %llu not told\n",
		       sum(totals, &passed), sum(totals, &dropped),
		       sum(totals, &untold));
}

static int tell(void *unused, void *data, size_t size)
{
	const struct drop *drop = data;

	(void)unused, (void)size;
	printf("%s dropped by ", text_of(&drop->from));
	puts(text_of(&drop->rule));
	return fflush(stdout);
}

static void watch(const sigset_t *stop)
{
	int events = table(PINS "/events", BPF_MAP_TYPE_RINGBUF, 0, 0);
	struct ring_buffer *ring =
		ring_buffer__new(events, tell, NULL, NULL);
	struct pollfd either[] = {
		{ .fd = signalfd(-1, stop, 0), .events = POLLIN },
		{ .fd = events, .events = POLLIN },
	};

	check(ring ? 0 : -errno, PINS "/events");
	while (ring_buffer__consume(ring) >= 0 &&
	       poll(either, 2, -1) > 0 && !either->revents)
		;
	ring_buffer__free(ring);
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	sigset_t stop;

	// A command is done whole, or not begun. Only a watch waits.
	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	libbpf_set_print(NULL);
	if (argc == 3 && !strcmp(command, "on"))
		on(argv[2]);
	else if (argc == 2 && !strcmp(command, "off"))
		off();
	else if ((argc == 3 || argc == 4) && !strcmp(command, "add"))
		change(1, argv[2], argv[3]);
	else if (argc == 3 && !strcmp(command, "remove"))
		change(0, argv[2], NULL);
	else if (argc == 2 && !strcmp(command, "list"))
		list(0);
	else if (argc == 2 && !strcmp(command, "expire"))
		list(1);
	else if (argc == 2 && !strcmp(command, "watch"))
		watch(&stop);
	else
		return fputs(usage, stderr), 2;
	check(fflush(stdout) || ferror(stdout) ? -errno : 0, "stdout");
}
