#!/bin/sh
# SPDX-License-Identifier: MIT
# A real Linux kernel under QEMU, for any user: no root, no KVM.
#
#   vm.sh shell               a shell in the folder of the programs
#   vm.sh run COMMAND...      runs COMMAND there: its output, its status
#   vm.sh cases FILE FOLDER   runs each line "NAME COMMAND..." of FILE
#                             in one boot, and leaves NAME.out, NAME.err
#                             and NAME.status in FOLDER
#
# The virtual machine gets a fresh copy of code/ and lessons/ and the
# libraries that the programs need. What is written there is gone when
# it ends.
#
# KERNEL=5.10       this series, "newest", or the path of an image; if
#                   not given, the one that is fetched the soonest
# VM_TIMEOUT=60     seconds after which COMMAND is ended, 0 for never
# VM_ACCEL=kvm      faster, where /dev/kvm may be used
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
boot_limit=60

# What the console says goes to the second serial port. The last two
# lines pass over work that a kernel does for itself while it boots:
# certificates for modules, tests of its cryptography.
arguments="console=ttyS1 quiet panic=-1 reboot=t no_timer_check"
arguments="$arguments mitigations=off cryptomgr.notests"
arguments="$arguments initcall_blacklist=load_system_certificate_list,jent_mod_init"

case ${1-}:$# in
shell:1 | cases:3) ;;
run:[2-9] | run:[1-9][0-9]*) ;;
*)
	sed -n '3,/^set -u/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
mode=$1
shift

terminal=
[ "$mode" = cases ] || { [ -t 0 ] && [ -t 1 ] && terminal=yes; }
if [ "$mode" = shell ] && [ -z "$terminal" ]; then
	echo 'A shell needs a terminal. To run one command use: make vm-run-03' >&2
	exit 2
fi

tmp=$(mktemp -d) || exit 1
qemu='' saved=
[ -z "$terminal" ] || saved=$(stty -g)
# shellcheck disable=SC2317 # reached through the trap
clean_up() {
	[ -z "$qemu" ] || kill -KILL "$qemu" 2>/dev/null
	[ -z "$saved" ] || stty "$saved"
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

image=$(sh "$here/kernel.sh" image ${KERNEL:+"$KERNEL"}) || exit 1

# The first file system: busybox, the tree, the libraries.
root=$tmp/root
mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/tmp" \
	"$root/root" "$root/workbook"
cp "$(command -v busybox)" "$root/bin/busybox"
cp "$here/init.sh" "$root/init"
chmod 755 "$root/init" "$root/bin/busybox"
tar -C "$top" --exclude=code/vm/cache --exclude=node_modules -cf - code lessons |
	tar -C "$root/workbook" -xf - || exit 1
for tool in strace bpftool; do
	found=$(PATH=$PATH:/usr/sbin command -v $tool) &&
		cp -L "$found" "$root/bin/"
done
find "$root/workbook" "$root/bin" -type f -perm -100 ! -name '*.sh' \
	-exec ldd {} + 2>/dev/null | grep -o '/[^ :]* (0x' | cut -d' ' -f1 |
	sort -u | while read -r library; do
	mkdir -p "$root${library%/*}" && cp -L "$library" "$root$library"
done

rows=24 columns=80
if [ -n "$terminal" ]; then
	size=$(stty size)
	rows=${size% *} columns=${size#* }
fi
limit=${VM_TIMEOUT:-$([ -n "$terminal" ] && echo 0 || echo 120)}
cat >"$root/environment" <<END
MODE=$mode LIMIT=$limit ROWS=$rows COLUMNS=$columns
export TERM=${TERM:-linux}
END
case $mode in
run)
	# Each word quoted, as it was given. exec, so that the status
	# is that of the command also after Ctrl+C.
	for word; do
		printf "'%s' " "$(printf '%s\n' "$word" | sed "s/'/'\\\\''/g")"
	done | sed "1s/^/exec /" >"$root/command"
	;;
cases)
	cp "$1" "$root/command"
	results=$2
	# The limit is for each case; all of them have this many seconds.
	cases_limit=$(($(wc -l <"$1") * 5 + 120))
	;;
esac
(cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null) >"$tmp/initramfs" || exit 1
rm -rf "$root"

# boot: one try. Sets $status to what the guest said, or to nothing, and
# then $why says what happened.
boot() {
	status='' why=
	case $mode in
	cases) serial=file:$tmp/out; overall=$cases_limit ;;
	*)
		[ -n "$terminal" ] && serial=mon:stdio || serial=stdio
		overall=0
		[ "$limit" -eq 0 ] || overall=$((limit + boot_limit))
		;;
	esac
	rm -f "$tmp/late"
	: >"$tmp/log"
	exec 3<&0
	[ -n "$terminal" ] || exec 3</dev/null
	# These options boot every time under load: a machine of the type
	# microvm hangs in its timer calibration, and so does this one
	# without no_timer_check; emulation with two threads fails too.
	qemu-system-x86_64 -M pc -accel "${VM_ACCEL:-tcg,thread=single}" -cpu max \
		-smp 2 -m 512 -nodefaults -no-user-config -display none -no-reboot \
		-serial "$serial" -serial "file:$tmp/log" \
		-kernel "$image" -initrd "$tmp/initramfs" -append "$arguments" \
		<&3 2>"$tmp/qemu" &
	qemu=$!
	(
		seconds=0
		while kill -0 $qemu 2>/dev/null; do
			sleep 1
			seconds=$((seconds + 1))
			if { [ $seconds -ge $boot_limit ] && ! grep -q 'vm: booted' "$tmp/log"; } ||
				{ [ "$overall" -gt 0 ] && [ $seconds -ge "$overall" ]; }; then
				: >"$tmp/late"
				kill -KILL $qemu
				break
			fi
		done
	) >/dev/null 2>&1 3>&- &
	watchdog=$!
	wait $qemu
	kill $watchdog 2>/dev/null
	qemu=
	[ -z "$saved" ] || stty "$saved"

	status=$(sed -n 's/.*vm: status \([0-9]*\).*/\1/p' "$tmp/log")
	[ -z "$status" ] || return 0
	if [ -s "$tmp/qemu" ] && [ ! -s "$tmp/log" ]; then
		why="QEMU could not start: $(tail -n 1 "$tmp/qemu")"
	elif grep -q 'Kernel panic' "$tmp/log"; then
		why="its kernel panicked: $(grep 'Kernel panic' "$tmp/log" | sed 's/.*Kernel panic[^:]*: //')"
	elif [ ! -e "$tmp/late" ] && [ -n "$terminal" ]; then
		why=left
	elif ! grep -q 'vm: booted' "$tmp/log"; then
		why="its kernel did not boot within $boot_limit seconds"
	else
		why="it hung"
	fi
}

boot
if [ -z "$status" ] && [ "$why" != left ]; then
	echo "The virtual machine failed ($why). Once more:" >&2
	boot
fi
case $status:$why in
:left)
	[ "$mode" != shell ] || exit 0
	echo 'You left the virtual machine before its command had ended.' >&2
	exit 1
	;;
:*)
	tail -n 5 "$tmp/log" >&2
	echo "The virtual machine failed twice, the programs are not to blame: $why." >&2
	exit 125
	;;
esac
if [ "$mode" = cases ]; then
	mkdir -p "$results" && tar -C "$results" -xf "$tmp/out" || exit 125
elif [ "$status" -eq 137 ] && [ "$limit" -gt 0 ]; then
	echo "The command did not end within $limit seconds and was ended." >&2
fi
exit "$status"
