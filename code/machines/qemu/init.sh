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

limit=0 rows=24 columns=80 terminal='' token='' top='' kept=''
# shellcheck source=/dev/null
. /environment
rm /environment # nobody else reports
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
# What comes in at the second port is the size of the terminal, whenever
# it changes.
stty -F /dev/ttyS1 -echo
while read -r rows columns; do
	stty -F /dev/ttyS0 rows "$rows" columns "$columns"
done </dev/ttyS1 >/dev/null 2>&1 &

# send_back: what is not as it was in the tree, as an archive in the log.
# The kernel is silent meanwhile.
send_back() {
	[ -n "$kept" ] && cd "$top" || return
	find code lessons -type f -exec stat -c '%s %Y %n' {} + |
		awk 'NR == FNR { was[$0]; next } !($0 in was)' /listing - |
		cut -d' ' -f3- >/changed
	[ -s /changed ] || return
	echo 1 >/proc/sys/kernel/printk
	{
		echo "vm $token: files"
		cpio -o -H newc </changed 2>/dev/null | gzip | base64
		echo "vm $token: end"
	} >/dev/ttyS1
}

if [ ! -e /command ]; then
	echo "Linux $(uname -r) in a virtual machine, with what you built before. Try:"
	echo '  ./01_create'
	echo '  strace -e bpf ./01_create'
	[ ! -e /bin/bpftool ] || echo '  ./test_maps >/dev/null &   and then   bpftool map dump name sessions'
	if [ -n "$kept" ]; then
		echo 'To leave: exit. What you change in code/ and lessons/ then comes back with you.'
		echo '(Ctrl+A and then X leaves at once, and brings nothing back.)'
	else
		echo 'To leave: exit. What you change here is lost, because the tree may not be written.'
	fi
	# The lessons say sudo. Whoever is here is root.
	printf '#!/bin/sh\nexec "$@"\n' >/bin/sudo && chmod 755 /bin/sudo
	PS1='vm:\W# ' setsid -c sh
	status=$?
	send_back
	end $status
fi
# The trap lets Ctrl+C reach the command, and this shell live on until
# the command has had its say.
[ "$limit" -eq 0 ] || set -- timeout -s KILL "$limit"
setsid -c sh -c 'trap : INT; "$@"' sh "$@" sh /command
end $?
