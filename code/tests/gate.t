# SPDX-License-Identifier: MIT
# The gate: packet by packet, run by hand; its commands; and the play
# with real pings, which leaves nothing behind.
. "$(dirname "$0")/tap.sh"

need clang bpftool cc pkg-config
need_bpf
[ -x "$code/gate" ] || make -s -C "$code" gate >&2 || exit 1

lines() {
	[ "$(cat "$code/gate.c" "$code/gate.bpf.c" | wc -l)" -le "$1" ]
}
ok 'the gate has at most 400 lines' lines 400
ok '  and one line more is seen' not lines 399

# ------------------------------------------------- packets, by hand

cat >"$tmp/packets.c" <<-'END'
	#include <arpa/inet.h>
	#include <bpf/bpf.h>
	#include <errno.h>
	#include <linux/if_ether.h>
	#include <stdio.h>
	#include <stdlib.h>
	#include <string.h>
	#include <time.h>
	#include "gate.h"
	#include "gate.skel.h"

	static struct gate *bpf;
	static int failed, rules, drops, totals;

	static void is(const char *what, long long came, long long wanted)
	{
		if (came == wanted)
			return;
		printf("%s: %lld, not %lld\n", what, came, wanted);
		failed = 1;
	}

	static struct prefix prefix(const char *text, __u32 bits)
	{
		struct prefix p = { .bits = bits };

		if (!strchr(text, ':')) {
			p.bits += 96;
			memset(p.address + 10, 0xff, 2);
			inet_pton(AF_INET, text, p.address + 12);
		} else {
			inet_pton(AF_INET6, text, p.address);
		}
		return p;
	}

	static int block(const char *text, __u32 bits, __u64 until)
	{
		struct rule rule = { until, prefix(text, bits) };

		return bpf_map_update_elem(rules, &rule.prefix, &rule, BPF_ANY);
	}

	/* What becomes of a packet from there: 1 dropped, 2 let in. */
	static int packet(const char *text, size_t size, __u16 protocol)
	{
		unsigned char data[64] = { 0 };
		LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = data, .data_size_in = (__u32)size);

		protocol = htons(protocol);
		memcpy(data + 12, &protocol, 2);
		if (strchr(text, ':'))
			inet_pton(AF_INET6, text, data + 22);
		else
			inet_pton(AF_INET, text, data + 26);
		if (bpf_prog_test_run_opts(bpf_program__fd(bpf->progs.gate), &run))
			perror("bpf_prog_test_run_opts"), exit(2);
		return (int)run.retval;
	}

	static long long sum(int map, const void *key)
	{
		long long values[1024] = { 0 }, all = 0;

		if (bpf_map_lookup_elem(map, key, values))
			return -1;
		for (int i = 0; i < libbpf_num_possible_cpus(); i++)
			all += values[i];
		return all;
	}

	static long long total(__u32 which)
	{
		return sum(totals, &which);
	}

	static int told, seen;
	static int tell(void *unused, void *data, size_t size)
	{
		const struct drop *drop = data;
		const struct prefix from = prefix("192.0.2.0", 32), rule = prefix("192.0.2.0", 24);

		is("size of an event", (long long)size, sizeof(*drop));
		told++;
		if (!seen++) {
			is("who was dropped", memcmp(&drop->from, &from, sizeof(from)), 0);
			is("by which rule", memcmp(&drop->rule, &rule, sizeof(rule)), 0);
		}
		return 0;
	}

	int main(void)
	{
		const struct prefix net = prefix("192.0.2.0", 24), host = prefix("192.0.2.7", 32);
		struct ring_buffer *ring;
		struct timespec t;
		struct bpf_map *map;
		int dropped, fits;
		__u64 now;

		clock_gettime(CLOCK_BOOTTIME, &t);
		now = (__u64)t.tv_sec;
		bpf = gate__open();
		if (!bpf)
			return 2;
		bpf_object__for_each_map(map, bpf->obj)
			bpf_map__set_pin_path(map, NULL);
		if (gate__load(bpf))
			return 2;
		rules = bpf_map__fd(bpf->maps.blocked);
		drops = bpf_map__fd(bpf->maps.drops);
		totals = bpf_map__fd(bpf->maps.totals);

		is("nobody is blocked", packet("192.0.2.9", 64, ETH_P_IP), 2);
		is("let in", total(PASSED), 1);
		block("192.0.2.0", 24, 0);
		is("the first of a prefix", packet("192.0.2.0", 64, ETH_P_IP), 1);
		is("the last of a prefix", packet("192.0.2.255", 64, ETH_P_IP), 1);
		is("one before it", packet("192.0.1.255", 64, ETH_P_IP), 2);
		is("one behind it", packet("192.0.3.0", 64, ETH_P_IP), 2);
		is("counted", sum(drops, &net), 2);
		is("counted altogether", total(DROPPED), 2);

		/* The longest prefix decides. */
		block("192.0.2.7", 32, 0);
		is("a host", packet("192.0.2.7", 64, ETH_P_IP), 1);
		is("counted for the host", sum(drops, &host), 1);
		is("not for the prefix", sum(drops, &net), 2);
		block("192.0.2.7", 32, now);
		is("a rule that is over, in a prefix", packet("192.0.2.7", 64, ETH_P_IP), 1);
		is("counted for the prefix", sum(drops, &net), 3);
		block("192.0.2.0", 24, now);
		is("two rules that are over", packet("192.0.2.7", 64, ETH_P_IP), 2);
		block("::", 0, now);
		is("all rules are over", packet("2001:db8::1", 64, ETH_P_IPV6), 2);
		block("192.0.2.0", 24, 0);
		block("192.0.2.7", 32, now + 100000);
		is("one that is not", packet("192.0.2.7", 64, ETH_P_IP), 1);

		/* As many as an address can have, and only the shortest holds. */
		for (__u32 bits = 128; bits > 0; bits--)
			block("2001:db8::7", bits, now);
		block("::", 0, 0);
		is("128 rules that are over", packet("2001:db8::7", 64, ETH_P_IPV6), 1);
		block("::", 0, now);
		is("129 rules that are over", packet("2001:db8::7", 64, ETH_P_IPV6), 2);
		for (__u32 bits = 128; bits > 0; bits--) {
			struct prefix p = prefix("2001:db8::7", bits);

			bpf_map_delete_elem(rules, &p);
		}

		/* IPv6, and what has no address. */
		is("IPv6", packet("2001:db8::1", 64, ETH_P_IPV6), 2);
		block("2001:db8::", 32, 0);
		is("IPv6, blocked", packet("2001:db8::1", 64, ETH_P_IPV6), 1);
		is("IPv6, another prefix", packet("2001:db9::1", 64, ETH_P_IPV6), 2);
		is("IPv6, too short to tell", packet("2001:db8::1", 53, ETH_P_IPV6), 2);
		is("IPv4, too short to tell", packet("192.0.2.9", 33, ETH_P_IP), 2);
		is("IPv4, just long enough", packet("192.0.2.9", 34, ETH_P_IP), 1);
		is("no IP", packet("192.0.2.9", 64, ETH_P_ARP), 2);

		/* Blocked all the same when nobody is told. */
		while (bpf_map_delete_elem(rules, &host) == 0)
			;
		ring = ring_buffer__new(bpf_map__fd(bpf->maps.events), tell, NULL, NULL);
		ring_buffer__consume(ring);
		dropped = told;
		is("each drop was told", dropped, total(DROPPED));
		told = 0;
		for (int i = 0; i < 2000; i++)
			is("when the buffer is full", packet("192.0.2.9", 64, ETH_P_IP), 1);
		fits = ring_buffer__consume(ring);
		is("told and untold make up what was dropped", fits + total(UNTOLD), 2000);
		is("some were not told", total(UNTOLD) > 0 && fits > 1000, 1);
		is("all are counted", total(DROPPED), dropped + 2000);
		ring_buffer__consume(ring);
		is("and there is room again", packet("192.0.2.9", 64, ETH_P_IP) == 1 && ring_buffer__consume(ring) == 1, 1);
		ring_buffer__free(ring);

		/* Full. */
		for (unsigned int i = 0; i < RULES + 10; i++) {
			char text[32];

			snprintf(text, sizeof(text), "10.0.%u.%u", i / 250, i % 250);
			int err = block(text, 32, 0);
			if (err)
				is("full", err == -ENOSPC && i == RULES - 3, 1), i = RULES + 10;
		}
		gate__destroy(bpf);
		return failed;
	}
END
# packets [SCRIPT]: the kernel's side, changed by a sed script, lets in
# and drops as it should
packets() {
	rm -rf "$tmp/gate"
	mkdir "$tmp/gate" && cp "$code/gate.h" "$tmp/gate" || return 1
	sed "${1-}" "$code/gate.bpf.c" >"$tmp/gate/gate.bpf.c"
	if [ $# -gt 0 ] && cmp -s "$code/gate.bpf.c" "$tmp/gate/gate.bpf.c"; then
		echo "the script changes nothing: $1"
		exit 1
	fi
	clang -O2 -g -target bpf -I"/usr/include/$(cc -print-multiarch 2>/dev/null)" -c -o "$tmp/gate/gate.bpf.o" "$tmp/gate/gate.bpf.c" &&
		bpftool gen skeleton "$tmp/gate/gate.bpf.o" name gate >"$tmp/gate/gate.skel.h" &&
		bpf_cc cc -w -I"$tmp/gate" -o "$tmp/gate/packets" "$tmp/packets.c" && "$tmp/gate/packets"
}
packets
if [ $? -eq 2 ]; then
	skip_all 'an XDP program takes CAP_NET_ADMIN: run make test as root'
fi
ok 'packets are dropped and let in, counted and told as they should' packets
mutants() {
	while IFS='|' read -r why script; do
		! (packets "$script") >"$tmp/log" 2>&1 || { echo "not seen: $why"; return 1; }
		grep -q "changes nothing" "$tmp/log" && { cat "$tmp/log"; return 1; }
		grep -q ', not ' "$tmp/log" || { cat "$tmp/log"; return 1; }
	done <<-'END'
		the time of a rule is not heeded|s/rule->until <= /0 \&\& &/
		a shorter prefix is not looked for|s/i < 128/i < 0/
		one prefix is not looked for|s/i < 128/i < 127/
		every rule is over|s/rule->until <= /1 || &/
		a drop is not counted|s/^\tcount(&drops, .*//
		an untold drop is not counted|s/^\t\tcount(&totals, &untold)/\t\t;/
		IPv6 is let in|s/bpf_htons(ETH_P_IPV6)/0/
		IPv4 is let in|s/bpf_htons(ETH_P_IP)/0/
		the first count is lost|s/^\t\tvalue = bpf_map_lookup_elem(map, key);//
		what is blocked is let in|s/return XDP_DROP/return XDP_PASS/
	END
}
ok '  and ten mistakes are seen' mutants

# --------------------------------------------------------- commands

cat >"$tmp/commands.sh" <<-'END'
	failed=0
	# says STATUS TEXT COMMAND...
	says() {
		want=$1 text=$2
		shift 2
		"$@" >"$tmp/out" 2>&1
		status=$?
		[ "$status" -eq "$want" ] && grep -qxF -e "$text" "$tmp/out" && return
		echo "$*: status $status, not \"$text\":"
		cat "$tmp/out"
		failed=1
	}
	only() {
		names=$1
		shift
		setpriv --no-new-privs --bounding-set="-all$names" --inh-caps="-all$names" "$@"
	}
	pins=/sys/fs/bpf/gate
	attached() {
		ip link show dev door | grep -q xdp
	}
	ip link add door type veth peer name street && ip link set door up || exit 3
	umount /sys/fs/bpf 2>/dev/null
	says 1 "gate: $pins: first, mount -t bpf bpf /sys/fs/bpf" ./gate on door
	mount -t bpf bpf /sys/fs/bpf || exit 3
	for command in list expire watch 'add 192.0.2.1' 'remove 192.0.2.1'; do
		./gate $command >"$tmp/out" 2>&1 && failed=1
		grep -q '^gate: .*: no gate is there: gate on INTERFACE$' "$tmp/out" || { cat "$tmp/out"; failed=1; }
	done
	says 1 'gate: gone: there is no such interface' ./gate on gone
	says 1 'gate: door: not permitted (try sudo)' only ,+bpf ./gate on door
	[ ! -e $pins ] || { echo 'a gate that failed left pins'; failed=1; }
	only ,+bpf,+net_admin ./gate on door || failed=1
	says 1 "gate: $pins: a gate is there already: gate off" ./gate on door
	says 1 "gate: $pins: a gate is there already: gate off" ./gate on street
	for wrong in '' 192.0.2 192.0.2.1/33 192.0.2.1/ 192.0.2.1/x 192.0.2.1/8x 192.0.2.1/-1 \
		2001:db8::/129 2001:db8 example 192.0.2.1/24/8 \
		2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001; do
		says 1 "gate: $wrong: not like 192.0.2.1 or 2001:db8::/32" ./gate add "$wrong"
	done
	for wrong in '' x 1s 1.5 1234567890; do
		says 1 "gate: $wrong: not a number of seconds" ./gate add 192.0.2.1 "$wrong"
	done
	says 1 'gate: 192.0.2.1: there is no such rule' ./gate remove 192.0.2.1
	only ,+bpf ./gate add 192.0.2.77/24 && ./gate add 192.0.2.0/24 99999 && ./gate add 2001:DB8::1 && ./gate add ::/0 && ./gate add 0.0.0.0/0 0 || failed=1
	says 0 '192.0.2.0/24         0 dropped, 99999 s left' sh -c "./gate list | sed s/9999[89]/99999/"
	says 0 '2001:db8::1          0 dropped' ./gate list
	says 0 '::/0                 0 dropped' ./gate list
	says 0 '0.0.0.0/0            0 dropped, 0 s left' only ,+bpf ./gate expire
	[ "$(./gate list | wc -l)" -eq 4 ] || { ./gate list; failed=1; }
	says 1 'gate: stdout: No space left on device' sh -c './gate list >/dev/full'
	says 1 'gate: /sys/fs/bpf/gate/blocked: Permission denied' setpriv --reuid=65534 --clear-groups ./gate list
	says 2 'Usage: gate on INTERFACE | off | list | expire | watch' ./gate
	says 2 '       gate add ADDRESS[/N] [SECONDS] | remove ADDRESS[/N]' ./gate remove
	i=0
	while [ $i -lt 1030 ] && ./gate add 10.0.$((i / 250)).$((i % 250)) 2>"$tmp/out"; do i=$((i + 1)); done
	[ $i -eq 1021 ] && grep -q ': there is no room for another rule$' "$tmp/out" || { echo "$i rules"; cat "$tmp/out"; failed=1; }
	mount -t bpf bpf /sys/fs/bpf
	says 1 'gate: door: Device or resource busy' ./gate on door
	[ ! -e $pins ] || { echo 'a gate that failed left pins'; failed=1; }
	umount /sys/fs/bpf
	rm $pins/link
	# The kernel lets go of a link a moment after its last holder.
	for _ in $(seq 600); do attached || break; sleep 0.1; done
	! attached || { echo 'attached without its link'; failed=1; }
	says 0 '2001:db8::1          0 dropped' ./gate list
	./gate off && ./gate on door || failed=1
	rm $pins/blocked
	bpftool map create $pins/blocked type hash key 4 value 8 entries 4 name other || exit 3
	says 1 "gate: $pins/blocked: this is not a table of this gate" ./gate list
	attached || failed=1
	./gate off || failed=1
	[ ! -e $pins ] || failed=1
	! attached || { echo 'still attached'; failed=1; }
	./gate off || failed=1
	exit $failed
END
commands() {
	(cd "$code" && tmp=$tmp unshare --net --mount --pid --fork --kill-child --mount-proc sh "$1")
}
if [ "$(id -u)" -eq 0 ] && command -v ip >/dev/null && unshare --net --mount true 2>/dev/null; then
	ok 'the commands do what they say, and say what is wrong' commands "$tmp/commands.sh"
	sed 's/no such rule/rule of that name/' "$tmp/commands.sh" >"$tmp/other.sh"
	ok '  and another sentence is seen' not commands "$tmp/other.sh"
else
	skip 'the commands do what they say' 'namespaces take root, and ip: run make test as root'
fi

# --------------------------------------------------------- the play

# gone: nothing of a gate is left. The kernel takes its time for that.
gone() {
	for _ in $(seq 600); do
		bpftool prog show name gate >"$tmp/left" 2>&1
		bpftool map show name blocked >>"$tmp/left" 2>&1
		[ -s "$tmp/left" ] || return 0
		sleep 0.1
	done
	cat "$tmp/left"
	return 1
}
play() {
	sh "$code/tools/transcript.sh" gate >"$tmp/play" && diff "$1" "$tmp/play"
}
killed() {
	mkfifo "$tmp/playing"
	sh "$code/tools/run_gate.sh" >"$tmp/playing" &
	pid=$!
	exec 3<"$tmp/playing"
	while read -r said <&3; do
		case $said in *'gate list') break ;; esac
	done
	[ -n "$(bpftool prog show name gate)" ] && kill "-$1" "$pid"
	wait "$pid"
	exec 3<&-
	rm "$tmp/playing"
	gone
}
if [ "$(id -u)" -eq 0 ] && sh "$code/tools/requirements.sh" check gate 2>"$tmp/missing" && unshare --net --mount true 2>/dev/null; then
	ok 'make run-gate blocks a ping live, as the book shows it' play "$top/lessons/transcripts/gate.txt"
	ok '  and leaves nothing behind' gone
	sed '0,/ 0 received/s// 2 received/' "$top/lessons/transcripts/gate.txt" >"$tmp/other"
	ok '  and another answer is seen' not diff "$tmp/other" "$tmp/play"
	for signal in TERM KILL; do
		ok "ended by SIG$signal in the middle, it leaves nothing behind" killed $signal
	done
else
	skip 'make run-gate blocks a ping live' 'this takes root, ip and ping: make test-deps, and run make test as root'
fi

done_testing
