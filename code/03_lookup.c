/* SPDX-License-Identifier: MIT */

// `bpf_map_lookup_elem` copies the value of a key out of a map.
// This program looks up a key that is there and one that is not,
// tells a miss from an error, and loses a key to its padding.
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

// A host and a port as a key: six bytes of fields, eight bytes of
// struct. The compiler adds two bytes of padding at the end.
struct endpoint {
	uint32_t host;
	uint16_t port;
};

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

// Zero the whole key, then fill its fields. `memset` reaches the
// padding; assigning to the fields does not.
static void set_key(struct endpoint *key, uint32_t host, uint16_t port)
{
	memset(key, 0, sizeof(*key));
	key->host = host;
	key->port = port;
}

// A lookup has three outcomes, and ENOENT is one of them: not an
// error, an answer. Only the rest is trouble.
enum outcome { FOUND, ABSENT, TROUBLE };

static enum outcome outcome_of(int err)
{
	if (err == 0)
		return FOUND;
	return err == -ENOENT ? ABSENT : TROUBLE;
}

// The call: descriptor, address of the key, address of a buffer
// with room for `value_size` bytes. The kernel fills the buffer.
static int show_outcomes(int fd)
{
	struct endpoint key;
	uint64_t value = 0;
	int err;

	set_key(&key, 10, 443);
	err = bpf_map_lookup_elem(fd, &key, &value);

	if (expect("bpf_map_lookup_elem", 0, err) < 0)
		return -1;
	if (outcome_of(err) != FOUND || value != 5) {
		fprintf(stderr,
			"bpf_map_lookup_elem: not the value that was "
			"stored\n");
		return -1;
	}
	printf("10:443          found: 5\n");

	// No such key: the buffer stays as it was.
	set_key(&key, 10, 80);
	err = bpf_map_lookup_elem(fd, &key, &value);
	if (expect("bpf_map_lookup_elem", -ENOENT, err) < 0)
		return -1;
	if (outcome_of(err) != ABSENT || value != 5) {
		fprintf(stderr,
			"bpf_map_lookup_elem: a miss touched the "
			"buffer\n");
		return -1;
	}
	printf("10:80           absent: ENOENT (%d), the buffer is "
	       "untouched\n",
	       ENOENT);

	// No such map: -1 is no descriptor. Who takes every failure
	// for a miss never learns of this one.
	err = bpf_map_lookup_elem(-1, &key, &value);
	if (expect("bpf_map_lookup_elem", -EBADF, err) < 0)
		return -1;
	if (outcome_of(err) != TROUBLE) {
		fprintf(stderr,
			"bpf_map_lookup_elem: an error passed for a "
			"miss\n");
		return -1;
	}
	printf("10:80 in fd -1  trouble: EBADF (%d), there is no "
	       "such map\n\n",
	       EBADF);
	return 0;
}

// The buffer holds a copy. Changing it changes nothing in the
// map; to change the map takes an update.
static int show_copy(int fd)
{
	struct endpoint key;
	uint64_t value = 0;
	int err;

	set_key(&key, 10, 443);
	err = bpf_map_lookup_elem(fd, &key, &value);

	if (expect("bpf_map_lookup_elem", 0, err) < 0)
		return -1;
	value += 100;
	printf("the copy        changed to %" PRIu64 "\n", value);

	err = bpf_map_lookup_elem(fd, &key, &value);
	if (expect("bpf_map_lookup_elem", 0, err) < 0)
		return -1;
	if (value != 5) {
		fprintf(stderr,
			"bpf_map_lookup_elem: the map changed with the "
			"copy\n");
		return -1;
	}
	printf("the map         still holds %" PRIu64 "\n\n", value);
	return 0;
}

// The kernel compares all eight bytes of the key. Here the fields
// are equal and the padding is not, so it is another key.
static int show_padding(int fd)
{
	struct endpoint key;
	uint64_t value = 0;
	int err;

	memset(&key, 0xff, sizeof(key));
	key.host = 10;
	key.port = 443;

	err = bpf_map_lookup_elem(fd, &key, &value);
	if (expect("bpf_map_lookup_elem", -ENOENT, err) < 0)
		return -1;
	printf("10:443 again    absent: ENOENT (%d), its padding is "
	       "not zero\n",
	       ENOENT);
	return 0;
}

int main(void)
{
	struct endpoint key;
	const uint64_t value = 5;
	int status = EXIT_FAILURE;
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "lookup",
				sizeof(key), sizeof(value), 16, NULL);
	int err;

	if (fd < 0) {
		expect("bpf_map_create", 0, fd);
		return EXIT_FAILURE;
	}
	set_key(&key, 10, 443);
	err = bpf_map_update_elem(fd, &key, &value, BPF_NOEXIST);
	if (expect("bpf_map_update_elem", 0, err) == 0 &&
	    show_outcomes(fd) == 0 && show_copy(fd) == 0 &&
	    show_padding(fd) == 0)
		status = EXIT_SUCCESS;
	close(fd);

	// A full disk shows when the buffered output is written.
	if (fflush(stdout) == EOF || ferror(stdout)) {
		perror("cannot write to stdout");
		status = EXIT_FAILURE;
	}
	return status;
}
