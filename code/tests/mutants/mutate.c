/* SPDX-License-Identifier: MIT */

// Changes a C file by rule, one small mistake at a time:
//
//   mutate FILE FOLDER
//
// writes FOLDER/1.c, FOLDER/2.c and so on, and prints a line for each:
// its number, a tab, and what was changed, as "function: before =>
// after"; where that is the same as an earlier one, "(2)" follows. It
// knows as much of C as the solutions need.
#define _GNU_SOURCE
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TOKENS = 8192, MAX_TEXT = 65536, MAX_DONE = 4096 };

static struct token {
	const char *at;
	size_t size;
	char kind; // a name, 1 a number, " a string, or . for the rest
	int depth; // of parentheses and braces around it
	int function; // the token that names it, or -1
} tokens[MAX_TOKENS];
static int count;

static char source[MAX_TEXT];
static const char *folder;
static int made;
static char *done[MAX_DONE], *said[MAX_DONE];

static bool is(int i, const char *text)
{
	return i >= 0 && i < count && strlen(text) == tokens[i].size &&
	       memcmp(tokens[i].at, text, tokens[i].size) == 0;
}

static bool is_one_of(int i, const char *const *texts)
{
	for (; *texts; texts++)
		if (is(i, *texts))
			return true;
	return false;
}

static void fail(const char *what)
{
	fprintf(stderr, "mutate: %s\n", what);
	exit(2);
}

// --- reading --------------------------------------------------------

static const char *skip_blanks(const char *p)
{
	for (;;) {
		if (isspace((unsigned char)*p))
			p++;
		else if (strncmp(p, "//", 2) == 0 || *p == '#')
			p += strcspn(p, "\n");
		else if (strncmp(p, "/*", 2) == 0)
			p = strstr(p, "*/") + 2;
		else
			return p;
	}
}

static size_t operator_size(const char *p)
{
	static const char *const operators[] = {
		"->", "++", "--", "+=", "-=", "<=",
		">=", "==", "!=", "&&", "||", NULL,
	};

	for (int i = 0; operators[i]; i++)
		if (strncmp(p, operators[i], 2) == 0)
			return 2;
	return 1;
}

static void read_tokens(void)
{
	int depth = 0, function = -1;

	for (const char *p = skip_blanks(source); *p;
	     p = skip_blanks(p)) {
		struct token *t = &tokens[count];

		if (count == MAX_TOKENS)
			fail("too many tokens");
		t->at = p;
		t->kind = '.';
		if (isalpha((unsigned char)*p) || *p == '_') {
			t->kind = 'a';
			while (isalnum((unsigned char)*p) || *p == '_')
				p++;
		} else if (isdigit((unsigned char)*p)) {
			t->kind = '1';
			while (isalnum((unsigned char)*p))
				p++;
		} else if (*p == '"') {
			t->kind = '"';
			p = strchr(p + 1, '"') + 1;
		} else {
			p += operator_size(p);
		}
		t->size = (size_t)(p - t->at);
		count++;
		if (is(count - 1, ")") || is(count - 1, "}"))
			depth--;
		t->depth = depth;
		if (is(count - 1, "(") || is(count - 1, "{"))
			depth++;
		// The name before the parameters of what follows.
		if (depth == 1 && is(count - 1, "(") &&
		    tokens[count - 2].kind == 'a')
			function = count - 2;
		t->function = t->depth > 0 ? function : -1;
	}
}

// Whether it stands in the body of a function.
static bool in_body(int i)
{
	int from = tokens[i].function;

	if (from < 0)
		return false;
	while (from < i && !is(from, "{"))
		from++;
	return from < i;
}

static int closing(int open)
{
	int i = open + 1;

	while (i < count && tokens[i].depth != tokens[open].depth)
		i++;
	return i;
}

// --- writing --------------------------------------------------------

static void add_flat(char *to, size_t size, const char *from,
		     const char *end)
{
	size_t n = strlen(to);

	for (; from < end && n + 2 < size; from++) {
		if (!isspace((unsigned char)*from))
			to[n++] = *from;
		else if (n > 0 && to[n - 1] != ' ')
			to[n++] = ' ';
	}
	to[n] = '\0';
}

// The lines around [from, end), with what stands there or with `text`.
static void describe(char *line, size_t size, const char *from,
		     const char *end, const char *text)
{
	const char *first = from, *last = end;

	while (first > source && first[-1] != '\n')
		first--;
	while (*last && *last != '\n')
		last++;
	line[0] = '\0';
	add_flat(line, size, first, from);
	if (text)
		add_flat(line, size, text, text + strlen(text));
	else
		add_flat(line, size, from, end);
	add_flat(line, size, end, last);
	size = strlen(line);
	while (size > 0 && line[size - 1] == ' ')
		line[--size] = '\0';
}

static bool was_made(const char *mutant)
{
	for (int i = 0; i < made; i++)
		if (strcmp(done[i], mutant) == 0)
			return true;
	return false;
}

// Put `text` in place of the tokens from `first` to `last`.
static void replace(int first, int last, const char *text)
{
	static char path[4096], before[1024], after[1024], all[4096];
	const struct token *function = &tokens[tokens[first].function];
	const char *from = tokens[first].at;
	const char *end = tokens[last].at + tokens[last].size;
	char *mutant = malloc(MAX_TEXT * 2);
	int times = 1;
	FILE *file;

	describe(before, sizeof(before), from, end, NULL);
	describe(after, sizeof(after), from, end, text);
	if (!mutant || made == MAX_DONE)
		fail("too many mutants");
	snprintf(mutant, MAX_TEXT * 2, "%.*s%s%s", (int)(from - source),
		 source, text, end);
	if (strcmp(mutant, source) == 0 || was_made(mutant)) {
		free(mutant);
		return;
	}
	done[made++] = mutant;
	snprintf(path, sizeof(path), "%s/%d.c", folder, made);
	file = fopen(path, "w");
	if (!file || fputs(mutant, file) == EOF || fclose(file) == EOF)
		fail("cannot write a mutant");
	snprintf(all, sizeof(all), "%.*s: %s => %s",
		 (int)function->size, function->at, before, after);
	said[made - 1] = strdup(all);
	if (!said[made - 1])
		fail("too many mutants");
	for (int i = 0; i < made - 1; i++)
		times += strcmp(said[i], all) == 0;
	if (times > 1)
		printf("%d\t%s (%d)\n", made, all, times);
	else
		printf("%d\t%s\n", made, all);
}

// Put a text with the tokens from `first` to `last` in place of %s.
static void wrap(int first, int last, const char *format)
{
	static char text[MAX_TEXT], inner[MAX_TEXT];
	const char *end = tokens[last].at + tokens[last].size;

	snprintf(inner, sizeof(inner), "%.*s",
		 (int)(end - tokens[first].at), tokens[first].at);
	snprintf(text, sizeof(text), format, inner);
	replace(first, last, text);
}

static void swap(int a, int a_last, int b, int b_last)
{
	static char text[MAX_TEXT];
	const char *a_end = tokens[a_last].at + tokens[a_last].size;
	const char *b_end = tokens[b_last].at + tokens[b_last].size;

	snprintf(text, sizeof(text), "%.*s%.*s%.*s",
		 (int)(b_end - tokens[b].at), tokens[b].at,
		 (int)(tokens[b].at - a_end), a_end,
		 (int)(a_end - tokens[a].at), tokens[a].at);
	replace(a, b_last, text);
}

// --- rules ----------------------------------------------------------

// One word in place of another: flags, errnos, types, operators and
// calls.
static void exchange_words(int i)
{
	static const char *const words[][4] = {
		{ "BPF_ANY", "BPF_NOEXIST", "BPF_EXIST" },
		{ "BPF_NOEXIST", "BPF_ANY", "BPF_EXIST" },
		{ "BPF_EXIST", "BPF_ANY", "BPF_NOEXIST" },
		{ "BPF_MAP_TYPE_HASH", "BPF_MAP_TYPE_LRU_HASH",
		  "BPF_MAP_TYPE_ARRAY" },
		{ "BPF_MAP_TYPE_LRU_HASH", "BPF_MAP_TYPE_HASH",
		  "BPF_MAP_TYPE_LRU_PERCPU_HASH" },
		{ "ENOENT", "EEXIST", "EINVAL" },
		{ "EEXIST", "ENOENT", "EINVAL" },
		{ "E2BIG", "ENOSPC", "ENOENT" },
		{ "ENOSPC", "E2BIG", "EINVAL" },
		{ "EAGAIN", "E2BIG", "ENOENT" },
		{ "STORED_NEW", "STORED_OVER" },
		{ "STORED_OVER", "STORED_NEW" },
		{ "uint64_t", "uint32_t", "int64_t" },
		{ "uint32_t", "uint16_t", "int32_t" },
		{ "int", "signed char", "unsigned" },
		{ "<", "<=", ">" },
		{ "<=", "<", ">=" },
		{ ">", ">=", "<" },
		{ ">=", ">", "<" },
		{ "==", "!=", "<=" },
		{ "!=", "==", "<" },
		{ "&&", "||" },
		{ "||", "&&" },
		{ "++", "--" },
		{ "+=", "-=", "=" },
		{ "!", "" },
		{ "+", "-" },
		{ "bpf_map_lookup_elem",
		  "bpf_map_lookup_and_delete_elem" },
		{ "bpf_map_lookup_and_delete_elem",
		  "bpf_map_lookup_elem" },
	};

	for (size_t n = 0; n < sizeof(words) / sizeof(*words); n++)
		for (int other = 1;
		     is(i, words[n][0]) && other < 4 && words[n][other];
		     other++)
			replace(i, i, words[n][other]);
}

// A constant that is one too large or too small, a size, a name.
static void change_constants(int i)
{
	static const char *const own[] = { "REQUESTS", "WINDOW", NULL };

	if (tokens[i].kind == '1' || is_one_of(i, own)) {
		wrap(i, i, "(%s + 1)");
		wrap(i, i, "(%s - 1)");
	}
	if (tokens[i].kind == '1' && !is(i, "0"))
		replace(i, i, "0");
	if (is(i, "sizeof")) {
		wrap(i, closing(i + 1), "(%s - 1)");
		wrap(i, closing(i + 1), "(%s + 1)");
	}
	if (tokens[i].kind == '"')
		replace(i, i, "\"other\"");
	if (is(i, "NULL") && is(i - 1, ","))
		replace(i, i, "&next");
	if (is(i, "-") && tokens[i + 1].kind == 'a' &&
	    !is(i - 1, ")") && tokens[i - 1].kind != 'a')
		replace(i, i, "");
}

// The type that a name was declared with, in this function.
static int type_of(int i)
{
	for (int at = tokens[i].function; at < i; at++)
		if (is(at + 1, "uint64_t") || is(at + 1, "uint32_t"))
			for (int n = at + 2; n < i && !is(n, ";") &&
					     !is(n, ")") && !is(n, "{");
			     n++)
				if (tokens[n].size == tokens[i].size &&
				    memcmp(tokens[n].at, tokens[i].at,
					   tokens[i].size) == 0 &&
				    !is(n - 1, "*"))
					return at + 1;
	return -1;
}

// A value that loses bits or gains a sign where it is used.
static void narrow_values(int i)
{
	const int type = type_of(i);

	if (tokens[i].kind != 'a' || type < 0 || is(i - 1, "&") ||
	    is(i - 1, "->") || is(i - 1, ".") || is(i - 1, "*") ||
	    is(i + 1, "=") || tokens[i - 1].kind == 'a' ||
	    is(i + 1, "->"))
		return;
	if (is(type, "uint64_t")) {
		wrap(i, i, "(uint32_t)%s");
		wrap(i, i, "(int64_t)%s");
	} else {
		wrap(i, i, "(uint16_t)%s");
	}
}

// The first token of the operand that ends before token i, and the
// last of the one that begins after it.
static int operand_before(int i)
{
	static const char *const ends[] = { "&&", "||", "?",
					    ",",  "=",	"return",
					    ";",  ":",	NULL };
	int from = i;

	while (from > 0 && tokens[from - 1].depth >= tokens[i].depth &&
	       !(tokens[from - 1].depth == tokens[i].depth &&
		 (is_one_of(from - 1, ends) || is(from - 1, "{"))))
		from--;
	return from;
}

static int operand_after(int i)
{
	static const char *const ends[] = { "&&", "||", "?", ",",
					    ";",  ":",	NULL };
	int to = i;

	while (to + 1 < count &&
	       tokens[to + 1].depth >= tokens[i].depth &&
	       !(tokens[to + 1].depth == tokens[i].depth &&
		 is_one_of(to + 1, ends)))
		to++;
	return to;
}

static void change_conditions(int i)
{
	int first, last, colon;

	if ((is(i, "if") || is(i, "while")) && is(i + 1, "(")) {
		first = i + 2;
		last = closing(i + 1) - 1;
		replace(first, last, "0");
		replace(first, last, "1");
		wrap(first, last, "!(%s)");
	}
	if (is(i, "for") && is(i + 2, ";") && is(i + 3, ";")) {
		replace(i, i + 4,
			"for (int once = 0; once < 1; once++)");
		replace(i, i + 4, "for (int few = 0; few < 9; few++)");
	}
	if (is(i, "&&") || is(i, "||")) {
		replace(operand_before(i), i - 1,
			is(i, "&&") ? "1" : "0");
		replace(i + 1, operand_after(i),
			is(i, "&&") ? "1" : "0");
	}
	if (is(i, "?")) {
		first = operand_before(i);
		colon = operand_after(i) + 1;
		last = operand_after(colon);
		wrap(first, i - 1, "!(%s)");
		wrap(i + 1, colon - 1, "1 ? %s");
		swap(i + 1, colon - 1, colon + 1, last);
		replace(first, i - 1, "1");
		replace(first, i - 1, "0");
	}
}

static bool is_call(int i)
{
	return tokens[i].kind == 'a' && is(i + 1, "(") &&
	       !is(i, "sizeof") && !is(i, "if") && !is(i, "while") &&
	       !is(i, "for") && !is(i, "return");
}

static void change_calls(int i)
{
	int end, first, last, next, next_last;

	if (!is_call(i))
		return;
	end = closing(i + 1);
	// The result is not looked at.
	if (is(i - 1, "=") || is(i - 1, "return"))
		wrap(i, end, "0 * %s");
	// Two arguments change places.
	for (first = i + 2; first < end; first = next) {
		last = operand_after(first);
		next = last + 2;
		if (next >= end)
			break;
		next_last = operand_after(next);
		swap(first, last, next, next_last);
	}
}

static bool begins_statement(int i)
{
	return is(i - 1, ";") || is(i - 1, "{") || is(i - 1, "}") ||
	       is(i - 1, "else") || is(i - 1, "do") ||
	       (is(i - 1, ")") && tokens[i].kind == 'a' &&
		tokens[i].depth == tokens[i - 1].depth);
}

// The last token of the simple statement that begins here, or -1.
static int statement(int i)
{
	static const char *const others[] = {
		"if",	  "while",    "for",	  "do",	    "else",
		"switch", "case",     "const",	  "int",    "bool",
		"struct", "uint32_t", "uint64_t", "static", NULL,
	};
	int end = i;

	if (!begins_statement(i) || tokens[i].kind != 'a' ||
	    is_one_of(i, others))
		return -1;
	while (end < count &&
	       !(is(end, ";") && tokens[end].depth == tokens[i].depth))
		end++;
	return end;
}

static void change_statements(int i)
{
	const int end = statement(i);
	int next;

	if (end < 0)
		return;
	replace(i, end, ";");
	next = statement(end + 1);
	if (next >= 0 && tokens[end + 1].depth == tokens[i].depth)
		swap(i, end, end + 1, next);
}

int main(int argc, char **argv)
{
	FILE *file;

	if (argc != 3)
		fail("give it a file and a folder");
	folder = argv[2];
	file = fopen(argv[1], "r");
	if (!file ||
	    fread(source, 1, sizeof(source) - 1, file) ==
		    sizeof(source) - 1 ||
	    fclose(file) == EOF)
		fail("cannot read the file");
	read_tokens();
	for (int i = 1; i < count; i++) {
		if (!in_body(i))
			continue;
		exchange_words(i);
		change_constants(i);
		narrow_values(i);
		change_conditions(i);
		change_calls(i);
		change_statements(i);
	}
	while (made > 0) {
		free(done[--made]);
		free(said[made]);
	}
	return 0;
}
