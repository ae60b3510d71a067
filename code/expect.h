/* SPDX-License-Identifier: MIT */

// `EXPECT(call, answer)` makes a call, prints it as it is written with
// what came back, and compares that with the answer you expected.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#define EXPECT(call, answer)                                           \
	expect(__FILE__, __LINE__, #call, #answer,                     \
	       (long long)(answer), (errno = 0, (long long)(call)))
#define A_DESCRIPTOR (1LL << 40) // any number that is not negative
#define SINCE(version, now, before)                                    \
	(linux_reaches(#version) ? (now) : (before))
#define ENOTSUPP 524 // the kernel's own; no header has it for you

static int surprises;

static inline int linux_reaches(const char *version)
{
	struct utsname kernel;

	uname(&kernel);
	return strverscmp(kernel.release, version) >= 0;
}

static int expect(const char *file, int line, const char *call,
		  const char *wanted, long long answer, long long came)
{
	char text[32];

	// libbpf returns -errno, the C library -1 and sets errno.
	if (came == -1 && errno)
		came = -errno;
	snprintf(text, sizeof(text), "%lld", came);
	if (came == -ENOTSUPP)
		strcpy(text, "-ENOTSUPP");
	else if (came < 0 && strerrorname_np((int)-came))
		sprintf(text, "-%s", strerrorname_np((int)-came));
	printf("%s = %s\n", call, text);
	if (came == answer || (answer == A_DESCRIPTOR && came >= 0))
		return (int)came;
	surprises++;
	fflush(stdout);
	fprintf(stderr, "%s:%d: %s: expected %s, came %s\n", file, line,
		call, wanted, text);
	if (came == -EPERM)
		fputs("EPERM? Try sudo, or see Appendix B.\n", stderr);
	return (int)came;
}

static int finish(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return surprises > 0;
	perror("cannot write to stdout");
	return 1;
}
