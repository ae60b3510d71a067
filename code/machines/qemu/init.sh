#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# The first process of the virtual machine that vm.sh starts. The first
# serial port is the terminal, the second one takes the kernel's log,
# and through the log vm.sh learns how far this script came.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root LC_ALL=C
# The first file system cannot be exchanged for another, as bubblewrap
# wants to; one that is mounted can.
if [ -z "${mounted:-}" ]; then
	/bin/busybox mount --bind / /mnt
	mounted=yes exec /bin/busybox chroot /mnt /init
fi
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
chmod 1777 /tmp
ip link set lo up 2>/dev/null

say() {
	echo "<0>vm $token: $1" >/dev/kmsg
}

# end STATUS: the terminal is closed first, which waits until its last
# byte is out
end() {
	exec </dev/null >/dev/null 2>&1
	say "status $1"
	reboot -f
}

limit=0 rows=24 columns=80 terminal='' token=''
# shellcheck source=/dev/null
. /environment
say booted
exec </dev/ttyS0 >/dev/ttyS0 2>&1

if [ -z "$terminal" ]; then
	# The results travel as an archive, to the byte.
	stty raw -echo
	mkdir /results
	while read -r name command; do
		say "begins $name"
		timeout -s KILL "$limit" sh -c "$command" </dev/null \
			>"/results/$name.out" 2>"/results/$name.err"
		echo $? >"/results/$name.status"
	done </cases
	tar -C /results -cf - .
	end $?
fi

stty -onlcr rows "$rows" columns "$columns"
if [ ! -e /command ]; then
	echo "Linux $(uname -r) in a virtual machine. Try ./01_create, or sh tools/run_steps.sh."
	echo 'What you built before is here. To leave: exit, or Ctrl+A and then X.'
	PS1='vm:\W# ' setsid -c sh
	end $?
fi
# The trap lets Ctrl+C reach the command, and this shell live on until
# the command has had its say.
[ "$limit" -eq 0 ] || set -- timeout -s KILL "$limit"
setsid -c sh -c 'trap : INT; "$@"' sh "$@" sh /command
end $?
