/* SPDX-License-Identifier: MIT */

// Runs a program and writes what it asks of the kernel about maps,
// call by call, with the bytes of keys and values:
//
//   trace_calls [--brief] [--steps FILE] PROGRAM [ARGUMENT...]
//
// What the program itself prints is thrown away. Its status is the
// status of trace_calls, or 2 if it could not be watched.
//
// --brief  calls in a row that differ only in their bytes are one;
//          those of a walk are sorted first, because a hash has
//          another order in every run
// --steps  the same run in FILE, a line a call, its fields separated
//          by tabs. They say also which line of main() made the call,
//          which descriptors there are and what is in the map after
//          it. This takes objdump and addr2line.
//
// It stops the program at its system calls (ptrace) and takes no
// right that the program does not have. Left out is what libbpf asks
// for itself: BTF, and programs that use no map of ours. A number of
// a descriptor is the one that the program would get if libbpf had
// nothing else open.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

enum {
	COLUMNS = 72,
	RESULT_AT = 60, // the column of a result
	MOST_BYTES = 512,
	SHOWN_BYTES = 20,
	MAX_DESCRIPTORS = 32,
	MAX_PROCESSES = 8,
	ENOTSUPP = 524,
};

// What a descriptor stands for.
struct object {
	bool is_map;
	uint32_t type, key_size, value_size;
	char name[BPF_OBJ_NAME_LEN];
};

// REAL is its number in the process, SHOWN the one that is written.
struct descriptor {
	int real, shown;
	struct object object;
};

struct process {
	pid_t pid;
	bool stopped_before; // the first stop of a child is over
	struct descriptor open[MAX_DESCRIPTORS];
	int open_count;

	// The call that it is in, if INSIDE.
	bool inside;
	long number;
	uint64_t args[6];
	union bpf_attr attr;
	unsigned int line;
	bool hides_target; // dup3() over a placeholder of libbpf's
};

struct bytes {
	bool there, null;
	size_t size;
	unsigned char data[MOST_BYTES];
};

struct call {
	const char *name;
	int process, fd;
	bool has_fd, is_walk;
	unsigned int line;
	char about[96], flags[96], result[24], details[160], back[160];
	struct bytes key, value, returned;
	char open[256];
	char *entries;
	size_t same; // calls that this one stands for
	const char *same_how;
};

static struct process processes[MAX_PROCESSES];
static int process_count;
static struct call *calls;
static size_t call_count;
static bool brief;
static FILE *steps;
static const char *program;

__attribute__((noreturn, format(printf, 1, 2))) static void
fail(const char *format, ...)
{
	va_list arguments;

	fputs("trace_calls: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(2);
}

__attribute__((format(printf, 3, 4))) static void
append(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, size - used, format, arguments);
	va_end(arguments);
}

#define APPEND(text, ...) append(text, sizeof(text), __VA_ARGS__)

// --- names ----------------------------------------------------------

#define NAME(command) [command] = #command
static const char *const commands[] = {
	NAME(BPF_MAP_CREATE),
	NAME(BPF_MAP_LOOKUP_ELEM),
	NAME(BPF_MAP_UPDATE_ELEM),
	NAME(BPF_MAP_DELETE_ELEM),
	NAME(BPF_MAP_GET_NEXT_KEY),
	NAME(BPF_PROG_LOAD),
	NAME(BPF_OBJ_PIN),
	NAME(BPF_OBJ_GET),
	NAME(BPF_PROG_TEST_RUN),
	NAME(BPF_MAP_GET_NEXT_ID),
	NAME(BPF_MAP_GET_FD_BY_ID),
	NAME(BPF_OBJ_GET_INFO_BY_FD),
	NAME(BPF_MAP_LOOKUP_AND_DELETE_ELEM),
	NAME(BPF_MAP_FREEZE),
	NAME(BPF_MAP_LOOKUP_BATCH),
	NAME(BPF_MAP_LOOKUP_AND_DELETE_BATCH),
	NAME(BPF_MAP_UPDATE_BATCH),
	NAME(BPF_MAP_DELETE_BATCH),
};

static const char *const map_types[] = {
	NAME(BPF_MAP_TYPE_HASH),	 NAME(BPF_MAP_TYPE_ARRAY),
	NAME(BPF_MAP_TYPE_PROG_ARRAY),	 NAME(BPF_MAP_TYPE_PERCPU_HASH),
	NAME(BPF_MAP_TYPE_PERCPU_ARRAY), NAME(BPF_MAP_TYPE_LRU_HASH),
	NAME(BPF_MAP_TYPE_LPM_TRIE),	 NAME(BPF_MAP_TYPE_QUEUE),
	NAME(BPF_MAP_TYPE_STACK),	 NAME(BPF_MAP_TYPE_RINGBUF),
};

static const char *const program_types[] = {
	NAME(BPF_PROG_TYPE_SOCKET_FILTER),
	NAME(BPF_PROG_TYPE_XDP),
	NAME(BPF_PROG_TYPE_RAW_TRACEPOINT),
};

static const char *const element_flags[] = { "BPF_NOEXIST", "BPF_EXIST",
					     "BPF_F_LOCK" };
static const char *const map_flags[] = {
	"BPF_F_NO_PREALLOC", "BPF_F_NO_COMMON_LRU",
	"BPF_F_NUMA_NODE",   "BPF_F_RDONLY",
	"BPF_F_WRONLY",	     NULL,
	"BPF_F_ZERO_SEED",   "BPF_F_RDONLY_PROG",
	"BPF_F_WRONLY_PROG", NULL,
	"BPF_F_MMAPABLE",
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *name_of(const char *const *names, size_t count,
			   uint64_t number)
{
	return number < count ? names[number] : NULL;
}

// flags_text TEXT FLAGS NAMES: by name, what has none as a number
static void flags_text(char text[static 96], uint64_t flags,
		       const char *const *names, size_t count)
{
	*text = '\0';
	for (size_t bit = 0; bit < count; bit++)
		if (names[bit] && flags & (1ULL << bit)) {
			append(text, 96, "%s%s", *text ? "|" : "",
			       names[bit]);
			flags &= ~(1ULL << bit);
		}
	if (flags)
		append(text, 96, "%s0x%" PRIx64, *text ? "|" : "",
		       flags);
}

static void type_text(char *text, size_t size, uint32_t type)
{
	const char *name = name_of(map_types, COUNT(map_types), type);

	if (name)
		append(text, size, "%s", name);
	else
		append(text, size, "map type %" PRIu32, type);
}

static void result_text(char text[static 24], int64_t result)
{
	int err = (int)-result;

	if (result >= 0 || result < -4095)
		snprintf(text, 24, "%" PRId64, result);
	else if (err == ENOTSUPP)
		snprintf(text, 24, "-ENOTSUPP");
	else if (strerrorname_np(err))
		snprintf(text, 24, "-%s", strerrorname_np(err));
	else
		snprintf(text, 24, "%d", -err);
}

// --- the memory of a process ----------------------------------------

static bool copy_from(pid_t pid, uint64_t address, void *to,
		      size_t size)
{
	struct iovec here = { to, size };
	struct iovec there = { (void *)(uintptr_t)address, size };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) ==
	       (ssize_t)size;
}

static struct bytes bytes_at(const struct process *p, uint64_t address,
			     size_t size)
{
	struct bytes bytes = { .there = true, .size = size };

	if (size > MOST_BYTES)
		bytes.size = MOST_BYTES;
	if (!address)
		bytes.null = true;
	else if (!copy_from(p->pid, address, bytes.data, bytes.size))
		bytes.there = false;
	return bytes;
}

// --- the line of the program ----------------------------------------

// Where main() goes on after each call, and the line of that call.
struct site {
	uint64_t returns_to;
	unsigned int line;
};
static struct site *sites;
static size_t site_count;
static uint64_t entry_in_file;

static FILE *run(const char *format, const char *file)
{
	char command[PATH_MAX + 128];
	FILE *output;

	snprintf(command, sizeof(command), format, file);
	output = popen(command, "r");
	if (!output)
		fail("%s: %s", command, strerror(errno));
	return output;
}

static void read_entry(void)
{
	Elf64_Ehdr header;
	int fd = open(program, O_RDONLY | O_CLOEXEC);

	if (fd < 0 ||
	    read(fd, &header, sizeof(header)) != sizeof(header) ||
	    header.e_ident[EI_CLASS] != ELFCLASS64)
		fail("%s is no program of 64 bits", program);
	close(fd);
	entry_in_file = header.e_entry;
}

// A call of main() is followed by the address to which it returns.
static void read_calls_of_main(void)
{
	FILE *in = run("objdump -d --no-show-raw-insn '%s'", program);
	bool in_main = false, after_call = false;
	char *text = NULL;
	size_t size = 0;

	while (getline(&text, &size, in) > 0) {
		uint64_t address;
		char mnemonic[16];
		int fields = sscanf(text, " %" SCNx64 ":\t%15s",
				    &address, mnemonic);

		if (strstr(text, ">:\n"))
			in_main = strstr(text, "<main>:") != NULL;
		if (!in_main || fields != 2)
			continue;
		if (after_call) {
			sites = realloc(sites, (site_count + 1) *
						       sizeof(*sites));
			if (!sites)
				fail("out of memory");
			sites[site_count++] =
				(struct site){ address, 0 };
		}
		after_call = strncmp(mnemonic, "call", 4) == 0 ||
			     strncmp(mnemonic, "bl", 2) == 0 ||
			     strcmp(mnemonic, "jalr") == 0 ||
			     strcmp(mnemonic, "jal") == 0;
	}
	free(text);
	if (pclose(in) != 0 || !site_count)
		fail("objdump (of binutils) finds no calls in main() "
		     "of %s",
		     program);
}

// What is inlined comes from another line, or another file; the last
// that addr2line names is the line of main().
static void read_lines(void)
{
	char list[] = "/tmp/trace_calls.XXXXXX", command[96];
	int fd = mkstemp(list);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	char *text = NULL;
	size_t size = 0, at = 0;
	FILE *in;

	if (!out)
		fail("%s: %s", list, strerror(errno));
	for (size_t i = 0; i < site_count; i++)
		fprintf(out, "0x%" PRIx64 "\n",
			sites[i].returns_to - 1);
	fclose(out);
	snprintf(command, sizeof(command),
		 "addr2line -i -a -e '%%s' <%s", list);
	in = run(command, program);
	while (getline(&text, &size, in) > 0) {
		char *colon = strrchr(text, ':');

		if (strncmp(text, "0x", 2) == 0)
			at++;
		else if (colon && at > 0 && at <= site_count)
			sites[at - 1].line = (unsigned int)strtoul(
				colon + 1, NULL, 10);
	}
	free(text);
	if (pclose(in) != 0)
		fail("addr2line (of binutils) cannot read %s", program);
	unlink(list);
}

// loaded_at PID: how far from its addresses in the file it lies
static uint64_t loaded_at(pid_t pid)
{
	uint64_t pair[2];
	char path[64];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
	in = fopen(path, "re");
	while (in && fread(pair, sizeof(pair), 1, in) == 1)
		if (pair[0] == 9 /* AT_ENTRY */) {
			fclose(in);
			return pair[1] - entry_in_file;
		}
	fail("cannot read %s", path);
}

// The line of main() that is being executed. Every call that main()
// makes leaves its return address in the same place, above those of
// all that it calls: the highest one on the stack is it.
static unsigned int line_of(pid_t pid, uint64_t stack)
{
	static uint64_t words[8192], loaded;
	static pid_t loaded_pid;
	size_t got = COUNT(words);

	if (loaded_pid != pid) {
		loaded = loaded_at(pid);
		loaded_pid = pid;
	}
	while (got > 0 && !copy_from(pid, stack, words, got * 8))
		got -= 64;
	while (got-- > 0)
		for (size_t i = 0; i < site_count; i++)
			if (words[got] == sites[i].returns_to + loaded)
				return sites[i].line;
	return 0;
}

// --- descriptors ----------------------------------------------------

static struct descriptor *find(struct process *p, int real)
{
	for (int i = 0; i < p->open_count; i++)
		if (p->open[i].real == real)
			return &p->open[i];
	return NULL;
}

static bool is_shown(const struct process *p, int number, int but)
{
	for (int i = 0; i < p->open_count; i++)
		if (p->open[i].shown == number &&
		    p->open[i].real != but)
			return true;
	return false;
}

// is_hidden PROCESS REAL: it is libbpf's own, or not open at all
static bool is_hidden(const struct process *p, int real)
{
	char path[64], target[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", p->pid, real);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		return true;
	return strstr(target, "anon_inode:btf") ||
	       strstr(target, "libbpf-placeholder");
}

static struct descriptor *opened(struct process *p, int real,
				 const struct object *object)
{
	struct descriptor *d = find(p, real);
	int shown = 3;

	if (!d) {
		if (p->open_count == MAX_DESCRIPTORS)
			fail("more than %d descriptors of maps",
			     MAX_DESCRIPTORS);
		d = &p->open[p->open_count++];
	}
	d->real = real;
	d->shown = -1;
	while (is_shown(p, shown, real) ||
	       (shown != real && !find(p, shown) &&
		!is_hidden(p, shown)))
		shown++;
	d->shown = shown;
	d->object = *object;
	return d;
}

static void closed(struct process *p, struct descriptor *d)
{
	*d = p->open[--p->open_count];
}

// mine PROCESS REAL: a descriptor of this process for what it has
static int mine(const struct process *p, int real)
{
	int pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	int fd = (int)syscall(SYS_pidfd_getfd, pidfd, real, 0);

	if (pidfd >= 0)
		close(pidfd);
	return fd;
}

// ask_about PROCESS REAL: a map that was not made while we looked
static struct descriptor *ask_about(struct process *p, int real)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	struct object object = { .is_map = true };
	int fd = real < 0 ? -1 : mine(p, real);
	int err = bpf_obj_get_info_by_fd(fd, &info, &size);

	if (fd >= 0)
		close(fd);
	if (err < 0)
		return NULL;
	object.type = info.type;
	object.key_size = info.key_size;
	object.value_size = info.value_size;
	memcpy(object.name, info.name, sizeof(object.name));
	return opened(p, real, &object);
}

static struct descriptor *map_at(struct process *p, int real)
{
	struct descriptor *d = find(p, real);

	return d ? d : ask_about(p, real);
}

// --- the whole map --------------------------------------------------

static char *hex(char *to, const unsigned char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to += sprintf(to, "%02x", data[i]);
	return to;
}

// A queue can be read only by emptying it. What was popped is pushed
// back, in the order in which it would be popped again.
static void dump_queue(int fd, const struct object *map, FILE *out)
{
	size_t size = map->value_size, count = 0;
	unsigned char *values = NULL, value[MOST_BYTES];
	char text[2 * MOST_BYTES + 1];

	while (!bpf_map_lookup_and_delete_elem(fd, NULL, value)) {
		values = realloc(values, (count + 1) * size);
		if (!values)
			fail("out of memory");
		memcpy(values + count++ * size, value, size);
		hex(text, value, size);
		fprintf(out, "%s=%s", count > 1 ? " " : "", text);
	}
	for (size_t i = 0; i < count; i++) {
		size_t at = map->type == BPF_MAP_TYPE_STACK
				    ? count - 1 - i
				    : i;
		if (bpf_map_update_elem(fd, NULL, values + at * size,
					BPF_ANY) < 0)
			fail("a queue could not be filled again");
	}
	free(values);
}

static void dump(int fd, const struct object *map, FILE *out)
{
	unsigned char key[MOST_BYTES], value[MOST_BYTES];
	unsigned char *previous = NULL;
	char text[2 * MOST_BYTES + 1];

	while (!bpf_map_get_next_key(fd, previous, key)) {
		hex(text, key, map->key_size);
		fprintf(out, "%s%s=", previous ? " " : "", text);
		if (!bpf_map_lookup_elem(fd, key, value)) {
			hex(text, value, map->value_size);
			fputs(text, out);
		}
		previous = key;
	}
}

// entries PROCESS DESCRIPTOR: what its map holds, as KEY=VALUE...
static char *entries(const struct process *p,
		     const struct descriptor *d)
{
	const struct object *map = &d->object;
	int fd = mine(p, d->real);
	char *text = NULL;
	size_t size;
	FILE *out;

	if (fd < 0 || !map->is_map ||
	    map->type == BPF_MAP_TYPE_RINGBUF ||
	    map->key_size > MOST_BYTES || map->value_size > MOST_BYTES)
		return NULL;
	out = open_memstream(&text, &size);
	if (!out)
		fail("out of memory");
	if (map->type == BPF_MAP_TYPE_QUEUE ||
	    map->type == BPF_MAP_TYPE_STACK)
		dump_queue(fd, map, out);
	else
		dump(fd, map, out);
	fclose(out);
	close(fd);
	return text;
}

// --- calls ----------------------------------------------------------

static struct call *new_call(const struct process *p, const char *name)
{
	struct call *call;

	calls = realloc(calls, (call_count + 1) * sizeof(*calls));
	if (!calls)
		fail("out of memory");
	call = &calls[call_count++];
	memset(call, 0, sizeof(*call));
	call->name = name;
	call->process = (int)(p - processes) + 1;
	call->line = p->line;
	call->same = 1;
	return call;
}

// The last words about a call: its answer, and what there is now.
static void finish_call(struct process *p, struct call *call,
			int64_t result, int real)
{
	const struct descriptor *d = find(p, real);

	result_text(call->result, result);
	if (!steps)
		return;
	for (int number = 0; number < 1024; number++)
		for (int i = 0; i < p->open_count; i++)
			if (p->open[i].shown == number)
				APPEND(call->open, "%s%d:%s",
				       *call->open ? " " : "", number,
				       p->open[i].object.name);
	if (d)
		call->entries = entries(p, d);
}

static struct object created(const union bpf_attr *attr)
{
	struct object map = { .is_map = true,
			      .type = attr->map_type,
			      .key_size = attr->key_size,
			      .value_size = attr->value_size };

	memcpy(map.name, attr->map_name, sizeof(map.name));
	map.name[sizeof(map.name) - 1] = '\0';
	return map;
}

static void on_create(struct process *p, int64_t result)
{
	const union bpf_attr *attr = &p->attr;
	struct object map = created(attr);
	char flags[96];
	struct call *call;

	if (strncmp(map.name, "libbpf_", 7) == 0)
		return;
	call = new_call(p, "BPF_MAP_CREATE");
	type_text(call->about, sizeof(call->about), map.type);
	APPEND(call->about, "  \"%s\"", map.name);
	APPEND(call->details,
	       "key_size %u  value_size %u  max_entries %u",
	       attr->key_size, attr->value_size, attr->max_entries);
	flags_text(flags, attr->map_flags, map_flags, COUNT(map_flags));
	if (*flags)
		APPEND(call->details, "  %s", flags);
	if (result >= 0) {
		int real = (int)result;

		result = opened(p, real, &map)->shown;
		finish_call(p, call, result, real);
	} else {
		finish_call(p, call, result, -1);
	}
}

// A program counts if it uses one of our maps: its instructions hold
// their descriptors.
static bool uses_a_map(struct process *p)
{
	const union bpf_attr *attr = &p->attr;

	for (uint32_t i = 0; i < attr->insn_cnt && i < 4096; i++) {
		struct bpf_insn insn;

		if (!copy_from(p->pid, attr->insns + i * sizeof(insn),
			       &insn, sizeof(insn)))
			return false;
		if (insn.code == (BPF_LD | BPF_IMM | BPF_DW) &&
		    insn.src_reg == BPF_PSEUDO_MAP_FD &&
		    find(p, insn.imm))
			return true;
	}
	return false;
}

static void on_load(struct process *p, int64_t result)
{
	struct object loaded = { .type = p->attr.prog_type };
	struct call *call;
	const char *type;

	if (!uses_a_map(p))
		return;
	memcpy(loaded.name, p->attr.prog_name, sizeof(loaded.name) - 1);
	call = new_call(p, "BPF_PROG_LOAD");
	type = name_of(program_types, COUNT(program_types),
		       loaded.type);
	if (type)
		APPEND(call->about, "%s", type);
	else
		APPEND(call->about, "program type %u", loaded.type);
	APPEND(call->about, "  \"%s\"", loaded.name);
	if (result >= 0)
		result = opened(p, (int)result, &loaded)->shown;
	finish_call(p, call, result, -1);
}

// The id of a map is another one in every run; its name is not.
static struct {
	uint32_t id;
	char name[BPF_OBJ_NAME_LEN];
} known_ids[MAX_DESCRIPTORS];
static size_t known_id_count;

static void on_info(struct process *p, int64_t result)
{
	struct descriptor *d = map_at(p, (int)p->attr.info.bpf_fd);
	struct bpf_map_info info = { 0 };
	uint32_t size = p->attr.info.info_len;
	char flags[96];
	struct call *call;

	if (!d || !d->object.is_map)
		return;
	call = new_call(p, "BPF_OBJ_GET_INFO_BY_FD");
	call->has_fd = true;
	call->fd = d->shown;
	if (size > sizeof(info))
		size = sizeof(info);
	if (result == 0 &&
	    copy_from(p->pid, p->attr.info.info, &info, size)) {
		type_text(call->back, sizeof(call->back), info.type);
		APPEND(call->back,
		       "  \"%s\"  key_size %u  value_size %u  "
		       "max_entries %u",
		       info.name, info.key_size, info.value_size,
		       info.max_entries);
		flags_text(flags, info.map_flags, map_flags,
			   COUNT(map_flags));
		if (*flags)
			APPEND(call->back, "  %s", flags);
		if (known_id_count < COUNT(known_ids)) {
			known_ids[known_id_count].id = info.id;
			memcpy(known_ids[known_id_count++].name,
			       info.name, BPF_OBJ_NAME_LEN);
		}
	}
	finish_call(p, call, result, d->real);
}

static void on_id(struct process *p, int64_t result)
{
	bool next = p->args[0] == BPF_MAP_GET_NEXT_ID;
	struct call *call = new_call(p, commands[p->args[0]]);
	const char *name = NULL;

	for (size_t i = 0; i < known_id_count; i++)
		if (known_ids[i].id == p->attr.map_id)
			name = known_ids[i].name;
	if (next && p->attr.start_id == 0)
		APPEND(call->details, "start_id 0");
	else if (name)
		APPEND(call->details, "the id of \"%s\"", name);
	else
		APPEND(call->details, "an id");
	if (next && result == 0)
		APPEND(call->back, "an id");
	if (!next && result >= 0) {
		struct descriptor *d = ask_about(p, (int)result);

		if (d)
			result = d->shown;
	}
	finish_call(p, call, result, -1);
}

static void on_freeze(struct process *p, int64_t result)
{
	struct descriptor *d = map_at(p, (int)p->attr.map_fd);
	struct call *call = new_call(p, "BPF_MAP_FREEZE");

	call->has_fd = true;
	call->fd = d ? d->shown : (int)p->attr.map_fd;
	finish_call(p, call, result, d ? d->real : -1);
}

// A map gets a path, or is opened by it.
static void on_path(struct process *p, int64_t result)
{
	bool pin = p->args[0] == BPF_OBJ_PIN;
	struct call *call = new_call(p, commands[p->args[0]]);
	struct descriptor *d = NULL;
	char path[64] = "";

	for (size_t i = 0; i + 1 < sizeof(path); i++)
		if (!copy_from(p->pid, p->attr.pathname + i, path + i,
			       1) ||
		    !path[i])
			break;
	if (pin) {
		d = map_at(p, (int)p->attr.bpf_fd);
		call->has_fd = true;
		call->fd = d ? d->shown : (int)p->attr.bpf_fd;
	} else if (result >= 0) {
		d = ask_about(p, (int)result);
		result = d ? d->shown : result;
	}
	APPEND(call->details, "\"%s\"", path);
	if (p->attr.file_flags & BPF_F_RDONLY)
		APPEND(call->details, "  BPF_F_RDONLY");
	finish_call(p, call, result, d ? d->real : -1);
}

// Many entries at once: how many there were before the call, and how
// many came of it.
static void on_batch(struct process *p, int64_t result)
{
	struct descriptor *d = map_at(p, (int)p->attr.batch.map_fd);
	struct call *call = new_call(p, commands[p->args[0]]);
	uint32_t count;

	call->has_fd = true;
	call->fd = d ? d->shown : (int)p->attr.batch.map_fd;
	APPEND(call->details, "count %u", p->attr.batch.count);
	if (copy_from(p->pid,
		      p->args[1] +
			      offsetof(union bpf_attr, batch.count),
		      &count, sizeof(count)))
		APPEND(call->back, "count %u", count);
	finish_call(p, call, result, d ? d->real : -1);
}

static void on_test_run(struct process *p, int64_t result)
{
	struct descriptor *d = find(p, (int)p->attr.test.prog_fd);
	uint32_t value = 0;
	int first = 0;
	struct call *call;

	if (!d)
		return;
	call = new_call(p, "BPF_PROG_TEST_RUN");
	call->has_fd = true;
	call->fd = d->shown;
	if (result == 0 &&
	    copy_from(p->pid,
		      p->args[1] +
			      offsetof(union bpf_attr, test.retval),
		      &value, sizeof(value)))
		APPEND(call->back, "retval %d", (int)value);
	// What the program did is seen in the first map. A ring buffer
	// does not show what is in it.
	while (p->open[first].object.type == BPF_MAP_TYPE_RINGBUF &&
	       first + 1 < p->open_count)
		first++;
	finish_call(p, call, result, p->open[first].real);
}

static size_t value_size(const struct object *map)
{
	switch (map->type) {
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return (size_t)libbpf_num_possible_cpus() *
		       ((map->value_size + 7) & ~7U);
	default:
		return map->value_size;
	}
}

// What is copied in is read before the kernel works on it.
static void enter_element(struct process *p)
{
	struct descriptor *d = map_at(p, (int)p->attr.map_fd);
	uint64_t command = p->args[0];
	struct call *call = new_call(p, commands[command]);

	call->has_fd = true;
	call->fd = d ? d->shown : (int)p->attr.map_fd;
	call->is_walk = command == BPF_MAP_GET_NEXT_KEY;
	if (command != BPF_MAP_GET_NEXT_KEY &&
	    command != BPF_MAP_DELETE_ELEM) {
		flags_text(call->flags, p->attr.flags, element_flags,
			   COUNT(element_flags));
		if (!*call->flags && command == BPF_MAP_UPDATE_ELEM)
			APPEND(call->flags, "BPF_ANY");
	}
	if (d)
		call->key =
			bytes_at(p, p->attr.key, d->object.key_size);
	else if (!p->attr.key)
		call->key = bytes_at(p, 0, 0);
	if (d && command == BPF_MAP_UPDATE_ELEM)
		call->value = bytes_at(p, p->attr.value,
				       value_size(&d->object));
}

static void exit_element(struct process *p, struct call *call,
			 int64_t result)
{
	struct descriptor *d = find(p, (int)p->attr.map_fd);
	uint64_t command = p->args[0];

	if (d && result == 0 && command == BPF_MAP_GET_NEXT_KEY)
		call->returned = bytes_at(p, p->attr.next_key,
					  d->object.key_size);
	else if (d && result == 0 &&
		 (d->object.type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
		  d->object.type == BPF_MAP_TYPE_HASH_OF_MAPS) &&
		 command == BPF_MAP_LOOKUP_ELEM)
		APPEND(call->back, "an id"); // and another in each run
	else if (d && result == 0 &&
		 (command == BPF_MAP_LOOKUP_ELEM ||
		  command == BPF_MAP_LOOKUP_AND_DELETE_ELEM))
		call->returned = bytes_at(p, p->attr.value,
					  value_size(&d->object));
	finish_call(p, call, result, d ? d->real : -1);
}

static bool is_element(uint64_t command)
{
	return command == BPF_MAP_LOOKUP_ELEM ||
	       command == BPF_MAP_UPDATE_ELEM ||
	       command == BPF_MAP_DELETE_ELEM ||
	       command == BPF_MAP_GET_NEXT_KEY ||
	       command == BPF_MAP_LOOKUP_AND_DELETE_ELEM;
}

static void exit_bpf(struct process *p, int64_t result)
{
	uint64_t command = p->args[0];
	const char *name = name_of(commands, COUNT(commands), command);
	struct call *call;

	if (command == BPF_MAP_CREATE)
		on_create(p, result);
	else if (command == BPF_PROG_LOAD)
		on_load(p, result);
	else if (command == BPF_OBJ_GET_INFO_BY_FD)
		on_info(p, result);
	else if (command == BPF_PROG_TEST_RUN)
		on_test_run(p, result);
	else if (command == BPF_MAP_FREEZE)
		on_freeze(p, result);
	else if (command >= BPF_MAP_LOOKUP_BATCH &&
		 command <= BPF_MAP_DELETE_BATCH)
		on_batch(p, result);
	else if (command == BPF_OBJ_PIN || command == BPF_OBJ_GET)
		on_path(p, result);
	else if (command == BPF_MAP_GET_NEXT_ID ||
		 command == BPF_MAP_GET_FD_BY_ID)
		on_id(p, result);
	else if (name) {
		call = new_call(p, name);
		finish_call(p, call, result, -1);
	}
}

static void exit_close(struct process *p, int64_t result)
{
	struct descriptor *d = find(p, (int)p->args[0]);
	struct call *call;
	int shown;

	if (!d)
		return;
	shown = d->shown;
	closed(p, d);
	if (is_shown(p, shown, -1))
		return; // libbpf moved it to another number
	call = new_call(p, "close");
	call->has_fd = true;
	call->fd = shown;
	finish_call(p, call, result, -1);
}

static void exit_dup(struct process *p, int64_t result)
{
	struct descriptor *d = find(p, (int)p->args[0]), *copy;
	struct call *call;
	int shown, real = (int)result;

	if (!d)
		return;
	shown = d->shown;
	if (p->hides_target) {
		opened(p, real, &d->object)->shown = shown;
		return;
	}
	call = new_call(p, p->number == SYS_fcntl ? "fcntl" : "dup");
	call->has_fd = true;
	call->fd = shown;
	if (p->number == SYS_fcntl)
		APPEND(call->flags, "%s",
		       p->args[1] == F_DUPFD ? "F_DUPFD"
					     : "F_DUPFD_CLOEXEC");
	if (result >= 0) {
		struct object object = d->object;

		copy = opened(p, real, &object);
		result = copy->shown;
	}
	finish_call(p, call, result, result >= 0 ? real : -1);
}

static bool is_dup(const struct process *p)
{
	return p->number == SYS_dup || p->number == SYS_dup3 ||
#ifdef SYS_dup2
	       p->number == SYS_dup2 ||
#endif
	       (p->number == SYS_fcntl &&
		(p->args[1] == F_DUPFD ||
		 p->args[1] == F_DUPFD_CLOEXEC));
}

// --- watching -------------------------------------------------------

static size_t element_call[MAX_PROCESSES];

static void on_syscall(struct process *p)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, sizeof(info),
		   &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		size_t size;

		p->inside = true;
		p->number = (long)info.entry.nr;
		for (int i = 0; i < 6; i++)
			p->args[i] = info.entry.args[i];
		p->hides_target = is_dup(p) && p->number != SYS_fcntl &&
				  p->number != SYS_dup &&
				  is_hidden(p, (int)p->args[1]);
		if (steps && (p->number == SYS_bpf ||
			      p->number == SYS_close || is_dup(p)))
			p->line = line_of(p->pid, info.stack_pointer);
		if (p->number != SYS_bpf)
			return;
		size = p->args[2] < sizeof(p->attr) ? p->args[2]
						    : sizeof(p->attr);
		memset(&p->attr, 0, sizeof(p->attr));
		copy_from(p->pid, p->args[1], &p->attr, size);
		if (is_element(p->args[0])) {
			enter_element(p);
			element_call[p - processes] = call_count - 1;
		}
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && p->inside) {
		p->inside = false;
		if (p->number == SYS_close)
			exit_close(p, info.exit.rval);
		else if (is_dup(p))
			exit_dup(p, info.exit.rval);
		else if (p->number == SYS_bpf && is_element(p->args[0]))
			exit_element(
				p, &calls[element_call[p - processes]],
				info.exit.rval);
		else if (p->number == SYS_bpf)
			exit_bpf(p, info.exit.rval);
	}
}

static struct process *process_of(pid_t pid)
{
	for (int i = 0; i < process_count; i++)
		if (processes[i].pid == pid)
			return &processes[i];
	if (process_count == MAX_PROCESSES)
		fail("more than %d processes", MAX_PROCESSES);
	processes[process_count] = (struct process){ .pid = pid };
	return &processes[process_count++];
}

static void on_fork(const struct process *parent)
{
	unsigned long pid;
	struct process *child;

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) < 0)
		return;
	child = process_of((pid_t)pid);
	memcpy(child->open, parent->open, sizeof(child->open));
	child->open_count = parent->open_count;
}

static pid_t start(char **command)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (null >= 0)
			dup2(null, STDOUT_FILENO);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(126);
		raise(SIGSTOP);
		execv(command[0], command);
		_exit(127);
	}
	if (waitpid(pid, NULL, 0) != pid ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL |
			   PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK |
			   PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE) <
		    0)
		fail("%s cannot be watched: %s", command[0],
		     strerror(errno));
	return pid;
}

// watch COMMAND: its exit status
static int watch(char **command)
{
	pid_t first = start(command), pid;
	int status, ended = 2;

	process_of(first)->stopped_before = true;
	ptrace(PTRACE_SYSCALL, first, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		struct process *p = process_of(pid);
		int event = status >> 16, signal;

		if (!WIFSTOPPED(status)) {
			if (pid == first)
				ended = WIFEXITED(status)
						? WEXITSTATUS(status)
						: 128 + WTERMSIG(
								status);
			continue;
		}
		signal = WSTOPSIG(status);
		if (signal == (SIGTRAP | 0x80)) {
			on_syscall(p);
			signal = 0;
		} else if (event) {
			if (event != PTRACE_EVENT_EXEC)
				on_fork(p);
			signal = 0;
		} else if (signal == SIGSTOP && !p->stopped_before) {
			p->stopped_before = true;
			signal = 0;
		}
		ptrace(PTRACE_SYSCALL, pid, NULL, signal);
	}
	return ended;
}

// --- writing --------------------------------------------------------

static void bytes_text(char *text, size_t size,
		       const struct bytes *bytes)
{
	if (bytes->null) {
		append(text, size, "NULL");
		return;
	}
	for (size_t i = 0; i < bytes->size; i++) {
		if (i == SHOWN_BYTES) {
			append(text, size, " ...");
			return;
		}
		append(text, size, "%s%02x", i ? " " : "",
		       bytes->data[i]);
	}
}

// A second line, broken between its pieces if it grows too long.
static char detail_line[COLUMNS + 1];

static void piece(const char *before, const char *text)
{
	const char *gap = *detail_line ? before : "    ";
	const char *mark =
		strstr(before, "->") && !*detail_line ? "-> " : "";

	if (*detail_line &&
	    strlen(detail_line) + strlen(gap) + strlen(text) >
		    COLUMNS) {
		puts(detail_line);
		*detail_line = '\0';
		gap = "    ";
		mark = strstr(before, "->") ? "-> " : "";
	}
	APPEND(detail_line, "%s%s%s", gap, mark, text);
}

static void pieces(const char *before, const char *text)
{
	char copy[160], *rest = copy, *end;

	snprintf(copy, sizeof(copy), "%s", text);
	while (*rest) {
		end = strstr(rest, "  ");
		if (end)
			*end = '\0';
		piece(before, rest);
		before = "  ";
		rest = end ? end + 2 : rest + strlen(rest);
	}
}

static void end_details(void)
{
	if (*detail_line)
		puts(detail_line);
	*detail_line = '\0';
}

static void named_bytes(const char *before, const char *name,
			const struct bytes *bytes)
{
	char text[COLUMNS + 1] = "";

	if (!bytes->there)
		return;
	APPEND(text, "%s ", name);
	bytes_text(text, sizeof(text), bytes);
	piece(before, text);
}

static void write_call(const struct call *call)
{
	char text[256] = "";

	if (process_count > 1)
		APPEND(text, "process %d  ", call->process);
	APPEND(text, "%s", call->name);
	if (call->has_fd)
		APPEND(text, "  %d", call->fd);
	if (*call->about)
		APPEND(text, "  %s", call->about);
	if (*call->flags)
		APPEND(text, "  %s", call->flags);
	printf("%-*s = %s\n", RESULT_AT - 1, text, call->result);
	if (!call->same_how || !call->is_walk) {
		pieces("  ", call->details);
		named_bytes("  ", "key", &call->key);
		named_bytes("  ", "value", &call->value);
		named_bytes(" -> ",
			    call->is_walk ? "next_key" : "value",
			    &call->returned);
		pieces(" -> ", call->back);
		end_details();
	}
	if (call->same > 1)
		printf("    (%zu calls, %s)\n", call->same,
		       call->same_how);
}

static bool same_bytes(const struct bytes *a, const struct bytes *b)
{
	return a->there == b->there && a->null == b->null &&
	       a->size == b->size && !memcmp(a->data, b->data, a->size);
}

// alike A B: the same call, whatever its bytes
static bool alike(const struct call *a, const struct call *b)
{
	return !strcmp(a->name, b->name) && a->fd == b->fd &&
	       a->process == b->process && a->has_fd && b->has_fd &&
	       !strcmp(a->flags, b->flags) &&
	       !strcmp(a->result, b->result) &&
	       !strcmp(a->back, b->back);
}

static bool equal(const struct call *a, const struct call *b)
{
	return alike(a, b) && same_bytes(&a->key, &b->key) &&
	       same_bytes(&a->value, &b->value) &&
	       same_bytes(&a->returned, &b->returned);
}

// By key. GET_NEXT_KEY comes first, the last of a walk behind it.
static int by_key(const void *a, const void *b)
{
	const struct call *const *x = a, *const *y = b;
	int order;

	if ((*x)->is_walk != (*y)->is_walk)
		return (*y)->is_walk - (*x)->is_walk;
	order = (*x)->is_walk ? 0
			      : memcmp((*x)->key.data, (*y)->key.data,
				       (*x)->key.size);
	return order ? order : (*x > *y) - (*x < *y);
}

// walk_end FIRST: where the walk that begins there has ended: after
// the key that leads to no other, and what is done with that one
static size_t walk_end(size_t first)
{
	bool ended = false;
	size_t i;

	for (i = first; i < call_count; i++) {
		const struct call *call = &calls[i];

		if (call->is_walk && ended)
			break;
		if (call->is_walk)
			ended = *call->result == '-';
		else if (strcmp(call->name, "BPF_MAP_LOOKUP_ELEM") &&
			 strcmp(call->name, "BPF_MAP_DELETE_ELEM"))
			break;
	}
	return i;
}

// sort_walks ORDER: the calls, each walk in the order of its keys
static void sort_walks(struct call **order)
{
	for (size_t i = 0; i < call_count; i++)
		order[i] = &calls[i];
	for (size_t i = 0; i < call_count; i++) {
		size_t end;

		if (!calls[i].is_walk)
			continue;
		end = walk_end(i);
		qsort(order + i, end - i, sizeof(*order), by_key);
		i = end - 1;
	}
}

static void write_calls(void)
{
	struct call **order = calloc(call_count + 1, sizeof(*order));

	if (!order)
		fail("out of memory");
	if (brief)
		sort_walks(order);
	else
		for (size_t i = 0; i < call_count; i++)
			order[i] = &calls[i];
	for (size_t i = 0, next; i < call_count; i = next) {
		struct call *call = order[i];
		bool (*joins)(const struct call *,
			      const struct call *) =
			brief ? alike : equal;

		for (next = i + 1; next < call_count; next++)
			if (!joins(call, order[next]))
				break;
		call->same = next - i;
		if (brief && call->is_walk)
			call->same_how = "from key to key";
		else if (brief && call->same > 1)
			call->same_how = "each with another key";
		else if (call->same > 1)
			call->same_how = "all the same";
		write_call(call);
	}
	free(order);
}

static void write_hex(const struct bytes *bytes)
{
	char text[2 * MOST_BYTES + 1] = "-";

	if (bytes->null)
		strcpy(text, "NULL");
	else if (bytes->there)
		hex(text, bytes->data, bytes->size);
	fprintf(steps, "\t%s", text);
}

// A line a call. A field that does not apply is "-".
static void write_steps(void)
{
	fputs("process\tline\tcall\tmap\tabout\tflags\tkey\tvalue\tback"
	      "\tresult\topen\tentries\n",
	      steps);
	for (size_t i = 0; i < call_count; i++) {
		struct call *call = &calls[i];

		fprintf(steps, "%d\t%u\t%s\t", call->process,
			call->line, call->name);
		if (call->has_fd)
			fprintf(steps, "%d", call->fd);
		else
			fputs("-", steps);
		fprintf(steps, "\t%s",
			*call->about || *call->details ? call->about
						       : "-");
		if (*call->details)
			fprintf(steps, "%s%s", *call->about ? "  " : "",
				call->details);
		fprintf(steps, "\t%s",
			*call->flags ? call->flags : "-");
		write_hex(&call->key);
		write_hex(&call->value);
		if (*call->back)
			fprintf(steps, "\t%s", call->back);
		else
			write_hex(&call->returned);
		fprintf(steps, "\t%s\t%s\t%s\n", call->result,
			*call->open ? call->open : "-",
			call->entries ? call->entries : "-");
	}
	if (fclose(steps) == EOF)
		fail("the steps: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "brief", no_argument, NULL, 'b' },
		{ "steps", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	const char *steps_file = NULL;
	int opt, status;

	while ((opt = getopt_long(argc, argv, "+", options, NULL)) >
	       0) {
		if (opt == 'b')
			brief = true;
		else if (opt == 's')
			steps_file = optarg;
		else
			break;
	}
	if (opt > 0 || optind == argc) {
		fputs("Usage: trace_calls [--brief] [--steps FILE] "
		      "PROGRAM [ARGUMENT...]\n",
		      stderr);
		return 2;
	}
	program = argv[optind];
	if (access(program, X_OK) < 0)
		fail("%s: %s", program, strerror(errno));
	if (steps_file) {
		steps = fopen(steps_file, "we");
		if (!steps)
			fail("%s: %s", steps_file, strerror(errno));
		read_entry();
		read_calls_of_main();
		read_lines();
	}
	status = watch(argv + optind);
	write_calls();
	if (steps)
		write_steps();
	for (size_t i = 0; i < call_count; i++)
		free(calls[i].entries);
	free(calls);
	free(sites);
	if (fflush(stdout) == EOF || ferror(stdout))
		fail("cannot write stdout: %s", strerror(errno));
	return status;
}
