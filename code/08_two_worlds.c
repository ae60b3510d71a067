/* SPDX-License-Identifier: MIT */

// One name, two worlds. This program stores a value through the
// library function `bpf_map_update_elem`, and lets a BPF program
// store another one through the helper `bpf_map_update_elem`.
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
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
		fputs("You need CAP_BPF: run this with sudo, or run "
		      "\"sudo setcap cap_bpf+ep\" on it once.\n",
		      stderr);
	return -1;
}

// User space: the first argument is a **descriptor**. libbpf puts
// it into a struct, makes the system call bpf(2), and the kernel
// finds the map behind the number.
static int update_from_user_space(int map_fd)
{
	const uint32_t key = 1;
	const uint64_t value = 100;
	int err =
		bpf_map_update_elem(map_fd, &key, &value, BPF_NOEXIST);

	if (expect("bpf_map_update_elem", 0, err) < 0)
		return -1;
	printf("user space   1=100  the library function: ok\n");
	return 0;
}

// BPF: the helper takes a **pointer** to the map. Here is a whole
// program as the kernel gets it: operation, target, source,
// offset, number. A compiler would make much the same of C.
static int load(int map_fd)
{
	const struct bpf_insn program[] = {
		// Key 2 and value 200 go to the stack, at r10 - 4
		// and r10 - 16.
		{ BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 2 },
		{ BPF_ST | BPF_MEM | BPF_DW, 10, 0, -16, 200 },
		// r1 = the map. The program is loaded with the
		// descriptor; the kernel puts the address in its place.
		{ BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_FD, 0,
		  map_fd },
		{ 0, 0, 0, 0, 0 },
		// r2 = address of the key, r3 = address of the value.
		{ BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0 },
		{ BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4 },
		{ BPF_ALU64 | BPF_MOV | BPF_X, 3, 10, 0, 0 },
		{ BPF_ALU64 | BPF_ADD | BPF_K, 3, 0, 0, -16 },
		// r4 = the flags. Then the call: an instruction, not a
		// system call. The program is in the kernel already.
		{ BPF_ALU64 | BPF_MOV | BPF_K, 4, 0, 0, BPF_NOEXIST },
		{ BPF_JMP | BPF_CALL, 0, 0, 0,
		  BPF_FUNC_map_update_elem },
		// r0 is the helper's result, and the program's.
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};
	int fd = bpf_prog_load(
		BPF_PROG_TYPE_SOCKET_FILTER, "two_worlds", "MIT",
		program, sizeof(program) / sizeof(*program), NULL);

	return fd < 0 ? expect("bpf_prog_load", 0, fd) : fd;
}

// Run the program once, in the kernel, on a packet of 64 zero
// bytes. `retval` is what the program returned.
static int run(int prog_fd, int want)
{
	static const char packet[64];
	struct bpf_test_run_opts opts = {
		.sz = sizeof(opts),
		.data_in = packet,
		.data_size_in = sizeof(packet),
	};
	int err = bpf_prog_test_run_opts(prog_fd, &opts);

	if (expect("bpf_prog_test_run_opts", 0, err) < 0)
		return -1;
	return expect("helper", want, (int)opts.retval);
}

// In a hash, the flags and the errors are the same in both worlds.
// The second run finds key 2 present.
static int update_from_bpf(int map_fd)
{
	int prog_fd = load(map_fd);
	int status = -1;

	if (prog_fd < 0)
		return -1;
	if (run(prog_fd, 0) < 0)
		goto out;
	printf("BPF program  2=200  helper number %d: ok\n",
	       BPF_FUNC_map_update_elem);

	if (run(prog_fd, -EEXIST) < 0)
		goto out;
	printf("BPF program  2=200  EEXIST (%d): key 2 is present\n\n",
	       EEXIST);
	status = 0;
out:
	close(prog_fd);
	return status;
}

// There is one map. User space reads what both have stored.
static int show_both(int map_fd)
{
	for (uint32_t key = 1; key <= 2; key++) {
		uint64_t value = 0;
		int err = bpf_map_lookup_elem(map_fd, &key, &value);

		if (expect("bpf_map_lookup_elem", 0, err) < 0)
			return -1;
		printf("the map      %" PRIu32 "=%" PRIu64 "\n", key,
		       value);
		if (value != UINT64_C(100) * key) {
			fprintf(stderr, "bpf_map_lookup_elem: not the "
					"value that was stored\n");
			return -1;
		}
	}
	return 0;
}

int main(void)
{
	int status = EXIT_FAILURE;
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "worlds",
				sizeof(uint32_t), sizeof(uint64_t), 4,
				NULL);

	if (fd < 0) {
		expect("bpf_map_create", 0, fd);
		return EXIT_FAILURE;
	}
	if (update_from_user_space(fd) == 0 &&
	    update_from_bpf(fd) == 0 && show_both(fd) == 0)
		status = EXIT_SUCCESS;
	close(fd);

	// A full disk shows when the buffered output is written.
	if (fflush(stdout) == EOF || ferror(stdout)) {
		perror("cannot write to stdout");
		status = EXIT_FAILURE;
	}
	return status;
}
