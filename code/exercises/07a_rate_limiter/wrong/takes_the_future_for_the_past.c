/* SPDX-License-Identifier: MIT */
/* Caught by: knows_all_times */
/* Sentence: A window is open while now < start + WINDOW; the first
 * request after it starts a new one. */
#include <errno.h>
#include <stdbool.h>
#include <bpf/bpf.h>

#include "exercise.h"

static bool is_open(const struct window *window, uint64_t now)
{
	return now - window->start < WINDOW;
}

int limiter_open(uint32_t clients)
{
	return bpf_map_create(BPF_MAP_TYPE_HASH, "limiter",
			      sizeof(uint32_t), sizeof(struct window),
			      clients, NULL);
}

int limiter_forgive(int fd, uint32_t client)
{
	int err = bpf_map_delete_elem(fd, &client);

	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : 1;
}

int limiter_sweep(int fd, uint64_t now)
{
	struct window window;
	uint32_t client, next;
	int removed = 0, step, err;

	step = bpf_map_get_next_key(fd, NULL, &next);
	while (step == 0) {
		client = next;
		step = bpf_map_get_next_key(fd, &client, &next);

		err = bpf_map_lookup_elem(fd, &client, &window);
		if (err == -ENOENT ||
		    (err == 0 && is_open(&window, now)))
			continue;
		if (err == 0)
			err = limiter_forgive(fd, client);
		if (err < 0)
			return err;
		removed += err;
	}
	return step == -ENOENT ? removed : step;
}

// Insert a client. Returns 1 if it was inserted, 0 if somebody else
// was faster, -ENOSPC if there is no room even after a sweep.
static int admit(int fd, uint32_t client, uint64_t now)
{
	const struct window fresh = { .start = now, .used = 1 };
	int err = bpf_map_update_elem(fd, &client, &fresh, BPF_NOEXIST);

	if (err == -E2BIG) {
		err = limiter_sweep(fd, now);
		if (err < 0)
			return err;
		err = bpf_map_update_elem(fd, &client, &fresh,
					  BPF_NOEXIST);
	}
	if (err == -EEXIST)
		return 0;
	if (err == -E2BIG)
		return -ENOSPC;
	return err < 0 ? err : 1;
}

int limiter_allow(int fd, uint32_t client, uint64_t now)
{
	struct window window;
	int err;

	for (;;) {
		err = bpf_map_lookup_elem(fd, &client, &window);
		if (err == -ENOENT) {
			err = admit(fd, client, now);
			if (err != 0)
				return err;
			continue;
		}
		if (err < 0)
			return err;

		if (!is_open(&window, now))
			window = (struct window){ .start = now };
		if (window.used >= REQUESTS)
			return 0;
		window.used++;
		err = bpf_map_update_elem(fd, &client, &window,
					  BPF_EXIST);
		if (err != -ENOENT)
			return err < 0 ? err : 1;
	}
}
