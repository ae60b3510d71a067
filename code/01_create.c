/* SPDX-License-Identifier: MIT */

// A **map** is a table of keys and values that lives in the
// kernel. This program creates one, asks the kernel what it
// stored, and shows when a map ends and why one is refused.
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// `<bpf/bpf.h>` declares the map calls. It includes
// `<linux/bpf.h>`, which defines the map types and the flags.
#include <bpf/bpf.h>

// The kernel sees bytes, not types. Fixed-width types give a key
// and a value the same size on every machine.
typedef uint32_t session_key;
typedef uint64_t session_value;

// libbpf returns `-errno` on failure. `strerrorname_np` knows the
// name of each errno, but not the kernel's internal number 524.
static const char *errno_name(int err)
{
	const char *name = strerrorname_np(-err);

	if (err == -524)
		return "ENOTSUPP";
	return name ? name : "an unknown errno";
}

// Every call ends up here when it fails by surprise: one line
// that names the call and the error, and for EPERM two ways out.
static int fail(const char *call, int err)
{
	fprintf(stderr, "%s: %s (%d): %s\n", call, errno_name(err),
		-err, strerror(-err));
	if (err == -EPERM)
		fprintf(stderr,
			"You need CAP_BPF: run this with sudo, or run "
			"\"sudo setcap cap_bpf+ep\" on it once.\n");
	return -1;
}

// Never guess what the kernel stored: ask. `info` is filled for
// as many bytes as you say there are.
static int ask(int fd, struct bpf_map_info *info)
{
	uint32_t len = sizeof(*info);
	int err;

	memset(info, 0, sizeof(*info));
	err = bpf_obj_get_info_by_fd(fd, info, &len);
	return err < 0 ? fail("bpf_obj_get_info_by_fd", err) : 0;
}

// The rarely needed parameters travel in a struct. Its first
// member is its own size, so that a newer libbpf knows which
// members an older program means.
static int create_with_options(struct bpf_map_info *info)
{
	const struct bpf_map_create_opts opts = {
		.sz = sizeof(opts),
		.map_flags = BPF_F_NO_PREALLOC,
	};
	int fd, err;

	// The call: type, name, key size, value size, capacity,
	// options. It returns a file descriptor.
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, "sessions",
			    sizeof(session_key), sizeof(session_value),
			    1024, &opts);
	if (fd < 0)
		return fail("bpf_map_create", fd);

	err = ask(fd, info);
	if (err < 0) {
		close(fd);
		return err;
	}
	printf("created  \"%s\"\n", info->name);
	printf("stored   type %u, flags 0x%x\n", info->type,
	       info->map_flags);
	printf("         key %u bytes, value %u bytes\n",
	       info->key_size, info->value_size);
	printf("         room for %u entries\n\n", info->max_entries);

	// Did the kernel store what the program asked for? Look,
	// do not hope.
	if (strcmp(info->name, "sessions") != 0 ||
	    info->type != BPF_MAP_TYPE_HASH ||
	    info->map_flags != BPF_F_NO_PREALLOC ||
	    info->key_size != sizeof(session_key) ||
	    info->value_size != sizeof(session_value) ||
	    info->max_entries != 1024) {
		fprintf(stderr,
			"bpf_map_create: the kernel stored something "
			"else than was asked for\n");
		close(fd);
		return -1;
	}
	return fd;
}

// There is no destroy call. A map lives as long as somebody
// holds it, and `dup` makes a second holder.
static int show_lifetime(int fd, const struct bpf_map_info *created)
{
	struct bpf_map_info info;
	int second = dup(fd);
	int err;

	close(fd);
	if (second < 0)
		return fail("dup", -errno);

	err = ask(second, &info);
	close(second);
	if (err < 0)
		return err;
	if (info.id != created->id) {
		fprintf(stderr, "dup: the copy leads to another map\n");
		return -1;
	}
	printf("close 1  the map lives on, a second descriptor "
	       "holds it\n");

	// The last close ended the map, and its id is gone. Only those
	// who may search the system's maps see that: CAP_SYS_ADMIN.
	err = bpf_map_get_fd_by_id(created->id);
	if (err >= 0) {
		close(err);
		fprintf(stderr, "close: the map outlived its last "
				"descriptor\n");
		return -1;
	}
	if (err == -EPERM)
		printf("close 2  to look for its id takes "
		       "CAP_SYS_ADMIN\n\n");
	else if (err == -ENOENT)
		printf("close 2  no map has its id any more: "
		       "ENOENT (2)\n\n");
	else
		return fail("bpf_map_get_fd_by_id", err);
	return 0;
}

// A name has room for 15 characters. libbpf cuts a longer one
// and says nothing.
static int show_long_name(void)
{
	const char *name = "sessions_of_the_day";
	struct bpf_map_info info;
	int fd, err;

	fd = bpf_map_create(BPF_MAP_TYPE_HASH, name,
			    sizeof(session_key), sizeof(session_value),
			    1024, NULL);
	if (fd < 0)
		return fail("bpf_map_create", fd);

	err = ask(fd, &info);
	close(fd);
	if (err < 0)
		return err;
	printf("named    \"%s\"\n", name);
	printf("stored   \"%s\"\n\n", info.name);
	if (strlen(info.name) != 15 ||
	    strncmp(info.name, name, 15) != 0) {
		fprintf(stderr,
			"bpf_map_create: the name was not cut at "
			"15 characters\n");
		return -1;
	}
	return 0;
}

// Each row is a map that cannot be, and the answer to expect.
static const struct refusal {
	const char *what, *name;
	enum bpf_map_type type;
	uint32_t key_size, value_size, max_entries, map_flags;
	int expected;
	const char *meaning;
} refusals[] = {
	{ "name \"my map\"", "my map", BPF_MAP_TYPE_HASH, 4, 8, 1024, 0,
	  -EINVAL, "letters, digits, _ and . only" },
	{ "key size 0", "refused", BPF_MAP_TYPE_HASH, 0, 8, 1024, 0,
	  -EINVAL, "a hash needs a key" },
	{ "value size 0", "refused", BPF_MAP_TYPE_HASH, 4, 0, 1024, 0,
	  -EINVAL, "and a value" },
	{ "max_entries 0", "refused", BPF_MAP_TYPE_HASH, 4, 8, 0, 0,
	  -EINVAL, "and room for one entry" },
	{ "flags 1 << 31", "refused", BPF_MAP_TYPE_HASH, 4, 8, 1024,
	  1U << 31, -EINVAL, "the kernel knows no such flag" },
	{ "LRU, no prealloc", "refused", BPF_MAP_TYPE_LRU_HASH, 4, 8,
	  1024, BPF_F_NO_PREALLOC, -524, "an LRU is preallocated" },
};

// Provoke every refusal. A map that is created after all, or a
// different errno, ends the program.
static int show_refusals(void)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals);
	     i++) {
		const struct refusal *r = &refusals[i];
		const struct bpf_map_create_opts opts = {
			.sz = sizeof(opts),
			.map_flags = r->map_flags,
		};
		int fd = bpf_map_create(r->type, r->name, r->key_size,
					r->value_size, r->max_entries,
					&opts);

		if (fd >= 0) {
			close(fd);
			fprintf(stderr,
				"bpf_map_create: %s: created, but "
				"%s was expected\n",
				r->what, errno_name(r->expected));
			return -1;
		}
		if (fd != r->expected)
			return fail("bpf_map_create", fd);
		printf("refused  %-16s  %s (%d): %s\n", r->what,
		       errno_name(fd), -fd, r->meaning);
	}
	return 0;
}

int main(void)
{
	struct bpf_map_info created;
	int fd = create_with_options(&created);

	if (fd < 0 || show_lifetime(fd, &created) < 0 ||
	    show_long_name() < 0 || show_refusals() < 0)
		return EXIT_FAILURE;

	// A full disk shows when the buffered output is written.
	if (fflush(stdout) == EOF || ferror(stdout)) {
		perror("cannot write to stdout");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
