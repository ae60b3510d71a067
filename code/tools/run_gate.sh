#!/bin/sh
# SPDX-License-Identifier: MIT
# Plays the gate with real pings:
#
#   run_gate.sh
#
# Two network namespaces are joined by a pair of interfaces: "door" is
# ours, "street" is the other end. They and the BPF file system belong
# to this run, and the kernel removes them with its last process, in
# whichever way it ends. The machine's own network is not touched. This
# takes root.
set -u
cd "$(dirname "$0")/.." || exit 1

refuse() {
	echo "run_gate.sh: $1" >&2
	exit 125
}

if [ "${1-}" != inside ]; then
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || refuse 'a network of its own takes root, and there is no sudo here'
		exec sudo sh tools/run_gate.sh
	fi
	sh tools/requirements.sh check gate || exit 125
	[ -x gate ] || refuse 'there is no code/gate, which takes clang and bpftool: make start'
	exec unshare --net --mount --pid --fork --kill-child --mount-proc \
		sh tools/run_gate.sh inside
fi

# The other namespace is there as long as a process is in it.
unshare --net sleep infinity &
other=$!
while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do
	kill -0 $other 2>/dev/null || refuse 'there is no second network namespace to be had'
done
street() {
	nsenter --target $other --net "$@"
}

# Neighbours know each other, and IPv6 is silent, so that no packet comes
# but a ping.
# shellcheck disable=SC2015 # "A && B || refuse" means what it says
mount -t bpf bpf /sys/fs/bpf && mount -t tmpfs tmpfs /mnt &&
	ip link add door address 02:00:00:00:00:01 type veth peer name street address 02:00:00:00:00:02 &&
	ip link set street netns $other &&
	ip link set door addrgenmode none up &&
	ip address add 192.0.2.1/24 dev door &&
	ip route add 198.51.100.0/24 dev door &&
	ip neighbour add 192.0.2.2 dev door lladdr 02:00:00:00:00:02 &&
	ip neighbour add 198.51.100.7 dev door lladdr 02:00:00:00:00:02 &&
	street ip link set street addrgenmode none up &&
	street ip address add 192.0.2.2/24 dev street &&
	street ip address add 198.51.100.7/24 dev street &&
	street ip neighbour add 192.0.2.1 dev street lladdr 02:00:00:00:00:01 ||
	refuse 'this kernel, or container, has no veth pair or no BPF file system'

# show COMMAND: says what it runs
status=0
show() {
	echo "\$ sudo $1"
	# shellcheck disable=SC2086 # words
	$1 || status=1
}

# pings FROM RECEIVED: two pings from the street, and how many of them
# must be answered
pings() {
	[ "$2" -eq 0 ] && patience=1 || patience=20
	echo "\$ ping -q -c 2 -i 0.2 -W $patience -I $1 192.0.2.1"
	said=$(street ping -q -c 2 -i 0.2 -W "$patience" -I "$1" 192.0.2.1 | sed -n 's/\(% packet loss\).*/\1/p')
	echo "$said"
	case $said in
	*" $2 received"*) ;;
	*) status=1 ;;
	esac
}

show './gate on door'
./gate watch >/mnt/watched &
watch=$!
pings 192.0.2.2 2
show './gate add 192.0.2.2'
pings 192.0.2.2 0
show './gate list'
show './gate remove 192.0.2.2'
pings 192.0.2.2 2
show './gate add 198.51.100.0/24'
pings 198.51.100.7 0
pings 192.0.2.2 2
show 'bpftool map dump pinned /sys/fs/bpf/gate/blocked'
show './gate add 198.51.100.0/24 0'
pings 198.51.100.7 2
show './gate expire'
show './gate list'
echo '$ sudo ./gate watch'
kill -INT $watch
wait $watch || status=1
cat /mnt/watched
show './gate off'
exit $status
