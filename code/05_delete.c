/* SPDX-License-Identifier: MIT */

// `bpf_map_delete_elem` removes an entry. This program deletes
// once, deletes again, uses the room that a delete frees, and
// meets a map type whose entries cannot be deleted.
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

enum { MAX_ENTRIES = 2 };

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

static int create(enum bpf_map_type type)
{
	int fd = bpf_map_create(type, "delete", sizeof(uint32_t),
				sizeof(uint64_t), MAX_ENTRIES, NULL);

	if (fd < 0)
		expect("bpf_map_create", 0, fd);
	return fd;
}

static int put(int fd, uint32_t key, int want)
{
	const uint64_t value = 100 + key;
	int err = bpf_map_update_elem(fd, &key, &value, BPF_NOEXIST);

	return expect("bpf_map_update_elem", want, err);
}

// The call: descriptor, address of the key. It takes no flags and
// does not tell you what the value was.
static int delete_key(int fd, uint32_t key, int want)
{
	int err = bpf_map_delete_elem(fd, &key);

	return expect("bpf_map_delete_elem", want, err);
}

// The second delete finds nothing. If all you want is that the
// key is gone, ENOENT is as good as success.
static int show_twice(int fd)
{
	if (put(fd, 1, 0) < 0 || delete_key(fd, 1, 0) < 0)
		return -1;
	printf("delete 1  ok\n");

	if (delete_key(fd, 1, -ENOENT) < 0)
		return -1;
	printf("delete 1  ENOENT (%d): it is gone already\n\n", ENOENT);
	return 0;
}

// Two entries fill this map. A delete makes room at once.
static int show_room(int fd)
{
	if (put(fd, 1, 0) < 0 || put(fd, 2, 0) < 0 ||
	    put(fd, 3, -E2BIG) < 0)
		return -1;
	printf("insert 3  E2BIG (%d): the map is full\n", E2BIG);

	if (delete_key(fd, 1, 0) < 0)
		return -1;
	printf("delete 1  ok\n");

	if (put(fd, 3, 0) < 0)
		return -1;
	printf("insert 3  ok: in the room that key 1 left\n\n");
	return 0;
}

// All entries of an array exist from the start and stay. To clear
// one, store zeros.
static int show_array(int fd)
{
	const uint32_t index = 0;
	const uint64_t zero = 0;
	int err;

	if (delete_key(fd, index, -EINVAL) < 0)
		return -1;
	printf("array     delete 0: EINVAL (%d), entries of an array "
	       "stay\n",
	       EINVAL);

	err = bpf_map_update_elem(fd, &index, &zero, BPF_EXIST);
	if (expect("bpf_map_update_elem", 0, err) < 0)
		return -1;
	printf("array     0=0: ok, cleared instead\n");
	return 0;
}

int main(void)
{
	int status = EXIT_FAILURE;
	int array = -1;
	int hash = create(BPF_MAP_TYPE_HASH);

	if (hash < 0)
		return EXIT_FAILURE;
	if (show_twice(hash) < 0 || show_room(hash) < 0)
		goto out;

	array = create(BPF_MAP_TYPE_ARRAY);
	if (array < 0 || show_array(array) < 0)
		goto out;
	status = EXIT_SUCCESS;
out:
	if (array >= 0)
		close(array);
	close(hash);

	// A full disk shows when the buffered output is written.
	if (fflush(stdout) == EOF || ferror(stdout)) {
		perror("cannot write to stdout");
		status = EXIT_FAILURE;
	}
	return status;
}
