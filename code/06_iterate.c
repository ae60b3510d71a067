/* SPDX-License-Identifier: MIT */

// `bpf_map_get_next_key` walks a map, one key at a time. This
// program lists a map, tells the end from an error, and deletes
// while it walks: in the safe order, and in the other one.
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

enum { ENTRIES = 8 };

// libbpf returns `-errno` on failure. `strerrorname_np` knows the
// name of each errno, but not the kernel's internal number 524.
static const char *errno_name(int err)
{
	const char *name = strerrorname_np(-err);

	if (err == 0)
		return "ok";
	if (err == -524)
		return "ENOTSUPP";
	return name ? name : "an unknown errno";
}

// What a call returned is compared with what it should return,
// because the failures are the lesson. A surprise is one line
// that names the call and the error, and for EPERM two ways out.
static int expect(const char *call, int want, int got)
{
	if (got == want)
		return 0;
	fprintf(stderr, "%s: expected %s, got %s (%d): %s\n", call,
		errno_name(want), errno_name(got), -got,
		strerror(-got));
	if (got == -EPERM)
		fprintf(stderr,
			"You need CAP_BPF: run this with sudo, or run "
			"\"sudo setcap cap_bpf+ep\" on it once.\n");
	return -1;
}

// Keys 1 to 8, each with ten times itself as its value.
static int fill(int fd)
{
	for (uint32_t key = 1; key <= ENTRIES; key++) {
		const uint64_t value = UINT64_C(10) * key;
		int err =
			bpf_map_update_elem(fd, &key, &value, BPF_ANY);

		if (expect("bpf_map_update_elem", 0, err) < 0)
			return -1;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a;
	const uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

// The call: descriptor, address of a key, address of a buffer for
// the key behind it. NULL instead of a key asks for the first.
static int show_walk(int fd)
{
	uint32_t keys[ENTRIES], key, *previous = NULL;
	uint64_t value, sum = 0;
	int count = 0, err;

	while ((err = bpf_map_get_next_key(fd, previous, &key)) == 0) {
		if (count == ENTRIES) {
			fprintf(stderr,
				"bpf_map_get_next_key: more keys than "
				"were stored\n");
			return -1;
		}
		// Advance, or the walk never ends. One buffer serves
		// for both keys: the kernel reads before it writes.
		keys[count++] = key;
		previous = &key;

		// The walk hands out keys. A value takes a lookup.
		err = bpf_map_lookup_elem(fd, &key, &value);
		if (expect("bpf_map_lookup_elem", 0, err) < 0)
			return -1;
		sum += value;
	}
	// ENOENT is the end of the map. Any other error is an error.
	if (expect("bpf_map_get_next_key", -ENOENT, err) < 0)
		return -1;

	// A hash hands out its keys in an order of its own, another
	// one in every map. Sort what people are to read.
	qsort(keys, (size_t)count, sizeof(*keys), compare);
	printf("walk     %d keys, %" PRIu32 " to %" PRIu32
	       " when sorted\n",
	       count, keys[0], keys[count - 1]);
	printf("         their values add up to %" PRIu64 "\n", sum);
	printf("         ENOENT (%d): the end\n\n", ENOENT);
	if (count != ENTRIES || keys[0] != 1 ||
	    keys[count - 1] != ENTRIES || sum != 360) {
		fprintf(stderr,
			"bpf_map_get_next_key: not the keys that were "
			"stored\n");
		return -1;
	}
	return 0;
}

// An empty map and a broken descriptor both stop a walk at its
// first step. Only the errno tells which it was.
static int show_end_and_error(void)
{
	uint32_t key;
	int empty = bpf_map_create(BPF_MAP_TYPE_HASH, "empty",
				   sizeof(uint32_t), sizeof(uint64_t),
				   ENTRIES, NULL);
	int err;

	if (empty < 0)
		return expect("bpf_map_create", 0, empty);
	err = bpf_map_get_next_key(empty, NULL, &key);
	close(empty);
	if (expect("bpf_map_get_next_key", -ENOENT, err) < 0)
		return -1;
	printf("empty    ENOENT (%d): the end, at once\n", ENOENT);

	err = bpf_map_get_next_key(-1, NULL, &key);
	if (expect("bpf_map_get_next_key", -EBADF, err) < 0)
		return -1;
	printf("fd -1    EBADF (%d): an error, not an empty map\n\n",
	       EBADF);
	return 0;
}

static int delete_key(int fd, uint32_t key)
{
	int err = bpf_map_delete_elem(fd, &key);

	return expect("bpf_map_delete_elem", 0, err);
}

// Keep the first key and delete all others, in the safe order:
// fetch the next key while the current one can still lead to it,
// then delete the current one. Each key is visited once.
static int show_safe_order(int fd)
{
	uint32_t current, next;
	int visits = 0;
	int err = bpf_map_get_next_key(fd, NULL, &next);

	while (err == 0) {
		current = next;
		visits++;
		err = bpf_map_get_next_key(fd, &current, &next);
		if (visits > 1 && delete_key(fd, current) < 0)
			return -1;
	}
	if (expect("bpf_map_get_next_key", -ENOENT, err) < 0)
		return -1;
	printf("fetch the next key, then delete: %d visits\n", visits);
	if (visits != ENTRIES) {
		fprintf(stderr,
			"bpf_map_get_next_key: a key was missed or "
			"visited twice\n");
		return -1;
	}
	return 0;
}

// Delete first, and the current key leads nowhere: the kernel
// starts over at the first key. So the first key comes up again
// after each of the seven deletes: fifteen visits to eight keys.
static int show_start_over(int fd)
{
	uint32_t key, first = 0, *previous = NULL;
	int visits = 0, err;

	while ((err = bpf_map_get_next_key(fd, previous, &key)) == 0) {
		if (visits++ == 0)
			first = key;
		if (key != first && delete_key(fd, key) < 0)
			return -1;
		previous = &key;
	}
	if (expect("bpf_map_get_next_key", -ENOENT, err) < 0)
		return -1;
	if (visits != 2 * ENTRIES - 1) {
		fprintf(stderr,
			"bpf_map_get_next_key: not one visit too "
			"many for each delete\n");
		return -1;
	}
	printf("delete, then fetch the next key: %d visits\n", visits);
	return 0;
}

int main(void)
{
	int status = EXIT_FAILURE;
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "walk",
				sizeof(uint32_t), sizeof(uint64_t),
				ENTRIES, NULL);

	if (fd < 0) {
		expect("bpf_map_create", 0, fd);
		return EXIT_FAILURE;
	}
	if (fill(fd) == 0 && show_walk(fd) == 0 &&
	    show_end_and_error() == 0 && show_safe_order(fd) == 0 &&
	    fill(fd) == 0 && show_start_over(fd) == 0)
		status = EXIT_SUCCESS;
	close(fd);

	// A full disk shows when the buffered output is written.
	if (fflush(stdout) == EOF || ferror(stdout)) {
		perror("cannot write to stdout");
		status = EXIT_FAILURE;
	}
	return status;
}
