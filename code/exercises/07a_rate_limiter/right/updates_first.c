/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <bpf/bpf.h>

#include "exercise.h"

int limiter_open(uint32_t clients)
{
	return bpf_map_create(BPF_MAP_TYPE_HASH, "limiter", 4, 16,
			      clients, NULL);
}

int limiter_forgive(int fd, uint32_t client)
{
	int err = bpf_map_delete_elem(fd, &client);

	return err == -ENOENT ? 0 : err < 0 ? err : 1;
}

int limiter_sweep(int fd, uint64_t now)
{
	struct window window;
	uint32_t key, next;
	int removed = 0, err, step;

	step = bpf_map_get_next_key(fd, NULL, &next);
	while (!step) {
		key = next;
		step = bpf_map_get_next_key(fd, &key, &next);
		err = bpf_map_lookup_elem(fd, &key, &window);
		if (err == 0 && now >= window.start + WINDOW &&
		    now >= window.start) {
			err = bpf_map_delete_elem(fd, &key);
			removed += err == 0;
		}
		if (err < 0 && err != -ENOENT)
			return err;
	}
	return step == -ENOENT ? removed : step;
}

// Begins with the insert, and looks only if the client was there.
int limiter_allow(int fd, uint32_t client, uint64_t now)
{
	const struct window fresh = { now, 1 };
	struct window window;
	int err, swept = 0;

	for (;;) {
		err = bpf_map_update_elem(fd, &client, &fresh,
					  BPF_NOEXIST);
		if (err == 0)
			return 1;
		if (err == -E2BIG && swept++)
			return -ENOSPC;
		if (err == -E2BIG) {
			err = limiter_sweep(fd, now);
			if (err < 0)
				return err;
			continue;
		}
		if (err != -EEXIST)
			return err;
		err = bpf_map_lookup_elem(fd, &client, &window);
		if (err == -ENOENT)
			continue;
		if (err < 0)
			return err;
		if (now >= window.start + WINDOW)
			window = fresh;
		else if (window.used >= REQUESTS)
			return 0;
		else
			window.used++;
		err = bpf_map_update_elem(fd, &client, &window,
					  BPF_EXIST);
		if (err != -ENOENT)
			return err < 0 ? err : 1;
	}
}
