/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <bpf/bpf.h>

#include "exercise.h"

static int note(uint32_t **keys, uint32_t *count, uint32_t key)
{
	uint32_t *more = realloc(*keys, (*count + 1) * sizeof(key));

	if (!more)
		return -ENOMEM;
	*keys = more;
	more[(*count)++] = key;
	return 0;
}

// First the whole walk, then the deletes.
int sweep(int fd, uint64_t now)
{
	uint32_t *keys = NULL, key, *last = NULL, count = 0;
	uint64_t expires;
	int removed = 0, err = 0, step;

	while ((step = bpf_map_get_next_key(fd, last, &key)) == 0) {
		last = &key;
		err = note(&keys, &count, key);
		if (err < 0)
			break;
	}
	if (step < 0 && step != -ENOENT)
		err = step;
	for (uint32_t i = 0; i < count && err == 0; i++) {
		err = bpf_map_lookup_elem(fd, &keys[i], &expires);
		if (err == 0 && expires <= now) {
			err = bpf_map_delete_elem(fd, &keys[i]);
			removed += err == 0;
		}
		if (err == -ENOENT)
			err = 0;
	}
	free(keys);
	return err < 0 ? err : removed;
}
