#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# The first process of the virtual machine that vm.sh starts. The first
# serial port is the terminal, the second one takes the kernel's log,
# and through the log vm.sh learns how far this script came.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root LC_ALL=C
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmp /tmp
mount -t bpf bpf /sys/fs/bpf
echo '<0>vm: booted' >/dev/kmsg

# tell STATUS: how it ended. The terminal is closed first, which waits
# until its last byte is out.
tell() {
	exec </dev/null >/dev/null 2>&1
	echo "<0>vm: status $1" >/dev/kmsg
	reboot -f
}

# vm.sh writes /environment: MODE, LIMIT in seconds, ROWS, COLUMNS, TERM
# shellcheck source=/dev/null
. /environment
cd /workbook/code || tell 1
exec </dev/ttyS0 >/dev/ttyS0 2>&1

case $MODE in
shell)
	stty -onlcr rows "$ROWS" columns "$COLUMNS"
	echo "Linux $(uname -r) in a virtual machine, with what was built before it started."
	echo "Try ./01_create, or sh run_steps.sh. To leave: exit, or Ctrl+A X."
	PS1='vm:\w# ' setsid -c sh
	;;
run)
	# The trap lets Ctrl+C reach the program and not end this shell
	# before the program has had its say.
	stty -onlcr rows "$ROWS" columns "$COLUMNS"
	if [ "$LIMIT" -gt 0 ]; then
		setsid -c timeout -s KILL "$LIMIT" sh /command
	else
		setsid -c sh -c 'trap : INT; sh /command'
	fi
	;;
cases)
	stty raw -echo
	mkdir /tmp/results
	while read -r name command; do
		timeout -s KILL "$LIMIT" sh -c "$command" </dev/null \
			>"/tmp/results/$name.out" 2>"/tmp/results/$name.err"
		echo $? >"/tmp/results/$name.status"
	done </command
	tar -C /tmp/results -cf - .
	;;
esac
tell $?
