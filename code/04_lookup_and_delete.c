/* SPDX-License-Identifier: MIT */

// `bpf_map_lookup_and_delete_elem` copies a value out and removes
// its entry in one step: a *take*. This program takes from a
// hash, pops from a queue, and asks an array, which refuses.
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

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

// Each part makes its own small map. A queue has no keys, so its
// key size is 0.
static int create(enum bpf_map_type type, uint32_t key_size)
{
	int fd = bpf_map_create(type, "take", key_size,
				sizeof(uint64_t), 4, NULL);

	if (fd < 0)
		expect("bpf_map_create", 0, fd);
	return fd;
}

static int put(int fd, const uint32_t *key, uint64_t value)
{
	int err = bpf_map_update_elem(fd, key, &value, BPF_ANY);

	return expect("bpf_map_update_elem", 0, err);
}

// Compare what a take returned, and the value it copied, with
// what it should.
static int took(int want, int got, uint64_t want_value, uint64_t value)
{
	if (expect("bpf_map_lookup_and_delete_elem", want, got) < 0)
		return -1;
	if (got == 0 && value != want_value) {
		fprintf(stderr,
			"bpf_map_lookup_and_delete_elem: not the "
			"value that was stored\n");
		return -1;
	}
	return 0;
}

// A one-time token: whoever takes it first has it, and nobody has
// it twice. With a lookup and then a delete, two processes could
// both look it up before either deletes it.
static int show_take(int fd)
{
	const uint32_t token = 7;
	uint64_t value = 0;
	int err;

	if (put(fd, &token, 700) < 0)
		return -1;
	printf("hash     7=700\n");

	// The call looks like a lookup: descriptor, address of the
	// key, address of a buffer for the value.
	err = bpf_map_lookup_and_delete_elem(fd, &token, &value);

	// Linux learnt to take from a hash in 5.14. An older kernel
	// answers 524 and leaves the entry where it is.
	if (err == -524) {
		printf("take 7   ENOTSUPP (524): this kernel cannot "
		       "take from a hash, Linux 5.14 can\n");
		return 0;
	}
	if (took(0, err, 700, value) < 0)
		return -1;
	printf("take 7   ok: 700\n");

	err = bpf_map_lookup_and_delete_elem(fd, &token, &value);
	if (took(-ENOENT, err, 0, value) < 0)
		return -1;
	printf("take 7   ENOENT (%d): taken before\n", ENOENT);
	return 0;
}

// A queue has no keys: the key must be NULL. Here the same call is
// a *pop*, and what went in first comes out first.
static int pop(int fd, int want, uint64_t want_value)
{
	uint64_t value = 0;
	int err = bpf_map_lookup_and_delete_elem(fd, NULL, &value);

	return took(want, err, want_value, value);
}

static int show_pop(int fd)
{
	if (put(fd, NULL, 1) < 0 || put(fd, NULL, 2) < 0)
		return -1;
	printf("queue    pushed 1, pushed 2\n");

	if (pop(fd, 0, 1) < 0)
		return -1;
	printf("pop      ok: 1\n");

	if (pop(fd, 0, 2) < 0)
		return -1;
	printf("pop      ok: 2\n");

	if (pop(fd, -ENOENT, 0) < 0)
		return -1;
	printf("pop      ENOENT (%d): the queue is empty\n", ENOENT);
	return 0;
}

// An array's entries cannot be removed, so they cannot be taken.
// The kernel answers 524, ENOTSUPP, which is not part of the
// user-space API: `strerror` calls it "Unknown error 524".
static int show_refusal(int fd)
{
	const uint32_t index = 0;
	uint64_t value = 0;
	int err = bpf_map_lookup_and_delete_elem(fd, &index, &value);

	if (took(-524, err, 0, value) < 0)
		return -1;
	printf("array    take 0\n");
	printf("         ENOTSUPP (524): this type has no take\n");
	return 0;
}

int main(void)
{
	static const struct part {
		enum bpf_map_type type;
		uint32_t key_size;
		int (*show)(int fd);
	} parts[] = {
		{ BPF_MAP_TYPE_HASH, sizeof(uint32_t), show_take },
		{ BPF_MAP_TYPE_QUEUE, 0, show_pop },
		{ BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), show_refusal },
	};
	int status = EXIT_SUCCESS;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		int fd = create(parts[i].type, parts[i].key_size);

		if (fd < 0)
			return EXIT_FAILURE;
		if (i > 0)
			putchar('\n');
		if (parts[i].show(fd) < 0)
			status = EXIT_FAILURE;
		close(fd);
		if (status != EXIT_SUCCESS)
			return status;
	}

	// A full disk shows when the buffered output is written.
	if (fflush(stdout) == EOF || ferror(stdout)) {
		perror("cannot write to stdout");
		status = EXIT_FAILURE;
	}
	return status;
}
