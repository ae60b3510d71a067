/* SPDX-License-Identifier: MIT */

// What the two sides of the gate have agreed on.
#include <linux/types.h>

enum { RULES = 1024 };

// So many bits of an address; those behind are zero. An LPM trie wants
// its keys like this. IPv4 is written as IPv6: ::ffff:192.0.2.1.
struct prefix {
	__u32 bits;
	__u8 address[16];
};

// Blocked until the machine has run for so many seconds; 0: for good.
struct rule {
	__u64 until;
	struct prefix prefix;
};

// What is told of a packet that was dropped.
struct drop {
	struct prefix from, rule;
};

enum { PASSED, DROPPED, UNTOLD, TOTALS };
