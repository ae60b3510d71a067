/* SPDX-License-Identifier: MIT */

// `bpf_map_update_elem` stores a value under a key. Its last
// argument says what may be there before: anything, nothing, or
// something. This program tries all three, also on a full map.
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

// A map with room for two entries is soon full.
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

// The call: descriptor, address of the key, address of the value,
// flags. The kernel copies `key_size` and `value_size` bytes from
// the addresses; it learnt both sizes when the map was created.
static int update(int fd, uint32_t key, uint64_t value, uint64_t flags,
		  int want)
{
	int err = bpf_map_update_elem(fd, &key, &value, flags);

	return expect("bpf_map_update_elem", want, err);
}

// Look the value up again, to see that a refused update changed
// nothing.
static int still(int fd, uint32_t key, uint64_t want)
{
	uint64_t value = 0;
	int err = bpf_map_lookup_elem(fd, &key, &value);

	if (expect("bpf_map_lookup_elem", 0, err) < 0)
		return -1;
	if (value != want) {
		fprintf(stderr,
			"bpf_map_lookup_elem: key %u holds an "
			"unexpected value\n",
			key);
		return -1;
	}
	return 0;
}

// `BPF_ANY` inserts when the key is absent and overwrites when it
// is present. It never tells you which of the two it did.
static int show_any(int fd)
{
	if (update(fd, 1, 10, BPF_ANY, 0) < 0)
		return -1;
	printf("BPF_ANY      1=10  ok: inserted\n");

	if (update(fd, 1, 11, BPF_ANY, 0) < 0 || still(fd, 1, 11) < 0)
		return -1;
	printf("BPF_ANY      1=11  ok: overwritten\n\n");
	return 0;
}

// `BPF_NOEXIST` is the insert that never overwrites. The kernel
// tests and stores in one step, so of two racing inserts of one
// key exactly one wins.
static int show_noexist(int fd)
{
	if (update(fd, 1, 12, BPF_NOEXIST, -EEXIST) < 0 ||
	    still(fd, 1, 11) < 0)
		return -1;
	printf("BPF_NOEXIST  1=12  EEXIST (%d): key 1 is present "
	       "and keeps 11\n",
	       EEXIST);

	if (update(fd, 2, 20, BPF_NOEXIST, 0) < 0)
		return -1;
	printf("BPF_NOEXIST  2=20  ok: inserted\n\n");
	return 0;
}

// `BPF_EXIST` is the update that never inserts.
static int show_exist(int fd)
{
	if (update(fd, 7, 70, BPF_EXIST, -ENOENT) < 0)
		return -1;
	printf("BPF_EXIST    7=70  ENOENT (%d): key 7 is absent\n",
	       ENOENT);

	if (update(fd, 1, 13, BPF_EXIST, 0) < 0 || still(fd, 1, 13) < 0)
		return -1;
	printf("BPF_EXIST    1=13  ok: overwritten\n\n");
	return 0;
}

// Both entries are taken: a third key gets E2BIG. `strerror` says
// "Argument list too long", the errno's meaning for `execve`.
// Here it means: the map is full.
static int show_full(int fd)
{
	if (update(fd, 3, 30, BPF_ANY, -E2BIG) < 0)
		return -1;
	printf("BPF_ANY      3=30  E2BIG (%d): full, %d of %d "
	       "entries\n",
	       E2BIG, MAX_ENTRIES, MAX_ENTRIES);

	// A present key needs no new room, so it can be overwritten
	// in a full map.
	if (update(fd, 2, 21, BPF_ANY, 0) < 0 || still(fd, 2, 21) < 0)
		return -1;
	printf("BPF_ANY      2=21  ok: overwritten, full or not\n\n");
	return 0;
}

// `BPF_F_LOCK` copies the value under the spin lock inside it.
// This map's value is a bare number without a lock.
static int show_lock(int fd)
{
	if (update(fd, 1, 14, BPF_F_LOCK, -EINVAL) < 0 ||
	    still(fd, 1, 13) < 0)
		return -1;
	printf("BPF_F_LOCK   1=14  EINVAL (%d): no bpf_spin_lock in "
	       "the value\n",
	       EINVAL);
	return 0;
}

int main(void)
{
	int status = EXIT_FAILURE;
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "update",
				sizeof(uint32_t), sizeof(uint64_t),
				MAX_ENTRIES, NULL);

	if (fd < 0) {
		expect("bpf_map_create", 0, fd);
		return EXIT_FAILURE;
	}
	if (show_any(fd) == 0 && show_noexist(fd) == 0 &&
	    show_exist(fd) == 0 && show_full(fd) == 0 &&
	    show_lock(fd) == 0)
		status = EXIT_SUCCESS;
	close(fd);

	// A full disk shows when the buffered output is written.
	if (fflush(stdout) == EOF || ferror(stdout)) {
		perror("cannot write to stdout");
		status = EXIT_FAILURE;
	}
	return status;
}
