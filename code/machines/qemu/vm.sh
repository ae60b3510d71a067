#!/bin/sh
# SPDX-License-Identifier: MIT
# A real Linux kernel under QEMU, for any user: no root, no KVM.
#
#   vm.sh tools               installs what is missing on this machine,
#                             or unpacks it, for a user who may not
#   vm.sh shell               a shell in the folder of the programs
#   vm.sh run COMMAND...      runs COMMAND there: its output, its status
#   vm.sh cases FILE FOLDER   runs each line "NAME COMMAND..." of FILE
#                             in one boot, and leaves NAME.out, NAME.err
#                             and NAME.status in FOLDER
#
# The virtual machine gets a fresh copy of code/ and lessons/, at the
# same path, and the libraries that the programs need. What a shell has
# written there comes back when it ends, where nothing was changed here
# meanwhile; what else is written there is gone. Status 125 means that
# the virtual machine failed, and not the command.
#
# KERNEL=5.10       this series, "newest", or the path of an image; if
#                   not given, the one that is fetched the soonest
# VM_TIMEOUT=60     seconds after which a command is ended, 0 for never
# VM_ACCEL=kvm      faster, where /dev/kvm may be used
# VM_MEMORY=512     megabytes
# VM_TOOLS=bwrap    more programs, one a line, with the libraries that
#                   they need
# VM_FOLDER=/x      one more folder, at the same path, as it is

# shellcheck disable=SC2015 # "A && B || fault" means what it says
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)

# What the console says goes to the second serial port. The last two
# lines pass over work that a kernel does for itself while it boots:
# tests of its cryptography, certificates for modules. The other clock, of
# the processor, is measured at the start: on a busy machine it then runs
# several times too fast, and every limit with it.
arguments="console=ttyS1 quiet panic=-1 reboot=t no_timer_check clocksource=hpet"
arguments="$arguments printk.devkmsg=on mitigations=off cryptomgr.notests"
arguments="$arguments initcall_blacklist=load_system_certificate_list,jent_mod_init"
boot_limit=180

# fault WHY: the one way out when it is not the command that failed
fault() {
	printf '%s\n' "$@" >&2
	exit 125
}

case ${1-}:$# in
tools:1 | shell:1 | cases:3 | run:[2-9] | run:[1-9][0-9]*) ;;
*)
	sed -n '4,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
mode=$1
shift
terminal=
if [ "$mode" != cases ] && [ -t 0 ] && [ -t 1 ]; then
	terminal=yes
elif [ "$mode" = shell ]; then
	echo 'A shell needs a terminal. To run one step use: make vm-run-03' >&2
	exit 2
fi

# What the programs are built with, the book and QEMU: installed by
# whoever may, or unpacked into the cache.
tools=$here/cache/tools
groups=vm
[ "$mode" != tools ] || groups="build docs vm"

# without PATHS: a list of folders without those of the cache
without() {
	printf %s "$1" | tr : '\n' | grep -vF "$tools" | paste -s -d : -
}

# installed, at_hand ARGUMENT...: requirements.sh on what this machine has,
# and with what is unpacked
installed() {
	PATH=$(without "$PATH") PKG_CONFIG_PATH=$(without "${PKG_CONFIG_PATH-}") \
		sh "$here/../../tools/requirements.sh" "$@"
}
at_hand() {
	PATH=$(without "$PATH"):$tools/usr/bin:$tools/usr/sbin \
		PKG_CONFIG_PATH=$(without "${PKG_CONFIG_PATH-}"):$tools/usr/lib/x86_64-linux-gnu/pkgconfig \
		sh "$here/../../tools/requirements.sh" "$@"
}

# shellcheck disable=SC2046,SC2086 # words
if ! missing=$(at_hand check $groups 2>&1) ||
	{ [ -e "$tools" ] && [ ! -e "$tools/.packages" ]; }; then
	if [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; then
		installed install $groups >&2 || exit 125
	else
		printf '%s\n' "$missing" | grep -v '^Install them with\|^  sudo ' >&2
		command -v cc >/dev/null 2>&1 ||
			fault 'Only root can install a C compiler. The rest could be had without.'
		echo 'You may not install here, so a copy for you alone is unpacked into code/machines/qemu/cache.' >&2
		# What is incomplete is not taken for what was asked for.
		rm -f "$tools/.packages"
		sh "$here/kernel.sh" packages own "$tools" $(installed list build docs vm guest) || exit 125
		missing=$(at_hand check $groups 2>&1) ||
			fault "$missing" 'It was unpacked, and is still missing. To begin anew: make vm-clean'
	fi
fi
[ "$mode" != tools ] || exit 0
PATH=$PATH:$tools/usr/bin
libraries=
[ ! -e "$tools/usr/bin/qemu-system-x86_64" ] || libraries=$tools/usr/lib/x86_64-linux-gnu

tmp=$(mktemp -d) || exit 125
qemu='' logger='' saved=''
[ -z "$terminal" ] || saved=$(stty -g)
# shellcheck disable=SC2317 # reached through the traps
clean_up() {
	# shellcheck disable=SC2086 # words
	kill -KILL $qemu $logger 2>/dev/null
	[ -z "$saved" ] || stty "$saved"
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
no_room="There is no room for a virtual machine in $tmp."

image=$(sh "$here/kernel.sh" image ${KERNEL:+"$KERNEL"}) || exit 125

folder=$(pwd)
case $folder/ in
"$top"/code/* | "$top"/lessons/*) ;;
*) folder=$top/code ;;
esac

# quoted WORD: as a shell reads it
quoted() {
	printf "'%s'" "$(printf '%s\n' "$1" | sed "s/'/'\\\\''/g")"
}

# The first file system: busybox, the tree, the libraries. What checks the
# exercises comes with large libraries, and a step goes without.
root=$tmp/root
mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/tmp" \
	"$root/root" "$root/usr/bin" "$root/mnt" "$root$top" &&
	cp "$(command -v busybox)" "$root/bin/busybox" &&
	cp "$here/init.sh" "$root/init" &&
	chmod 755 "$root/init" "$root/bin/busybox" || fault "$no_room"
unused=code/exercises/build/kernels
[ "$mode $folder" != "run $top/code" ] || unused=code/exercises/build
tar -C "$top" --exclude='code/machines/*/cache' --exclude=node_modules --exclude=code/tests \
	--exclude="$unused" --exclude='*.o' -cf - code lessons |
	tar -C "$root$top" -xf - || fault "$no_room"
# What is there, to see in the end what has changed there, and here.
if [ "$mode" = shell ]; then
	(cd "$root$top" && find code lessons -type f -printf '%s %Ts %p\n') >"$tmp/there" &&
		mv "$tmp/there" "$root/listing" || fault "$no_room"
	(cd "$top" && find code lessons -path 'code/machines/*/cache' -prune -o -type f -printf '%s %T@ %p\n') >"$tmp/here"
fi
for tool in strace bpftool; do
	found=$(PATH=$PATH:/usr/sbin:$tools/usr/sbin command -v $tool) &&
		cp -L "$found" "$root/bin/"
done
printf '%s\n' "${VM_TOOLS:-}" | grep . | while read -r tool; do
	cp -L "$(command -v "$tool")" "$root/usr/bin/" || exit 1
done || exit 125
# ldd would do, and take five times as long.
find "$root" -type f -perm -100 ! -name '*.sh' | while read -r program; do
	/lib64/ld-linux-x86-64.so.2 ${libraries:+--library-path "$libraries"} --list "$program" 2>/dev/null
done | sed -n 's|^[^/]*\(/.*\) (0x[0-9a-f]*)$|\1|p' |
	sort -u | while read -r library; do
	place=$root${library#"$tools"}
	mkdir -p "${place%/*}" && cp -L "$library" "$place" || exit 1
done || fault "$no_room"
if [ -n "${VM_FOLDER:-}" ]; then
	mkdir -p "$root$VM_FOLDER" && cp -r "$VM_FOLDER/." "$root$VM_FOLDER" || exit 125
fi

size='24 80' limit=${VM_TIMEOUT:-120}
if [ -n "$terminal" ]; then
	size=$(stty size) limit=${VM_TIMEOUT:-0}
fi
kept=yes
[ -w "$top/code" ] || kept=
# The guest's reports carry a word that nothing in its log can know.
token=$(od -An -N8 -tx1 /dev/urandom | tr -d ' ')
cat >"$root/environment" <<END
token=$token
terminal=$terminal
limit=$limit
kept=$kept
rows=${size% *} columns=${size#* }
top=$(quoted "$top")
cd $(quoted "$folder")
export TERM=${TERM:-linux}
END
case $mode in
cases)
	cp "$1" "$root/cases" || exit 125
	results=$2
	;;
run)
	# Each word quoted, as it was given. exec, so that the status
	# is that of the command, after Ctrl+C too.
	{
		printf exec
		for word; do
			printf ' %s' "$(quoted "$word")"
		done
	} >"$root/command"
	echo 'run sh /command' >"$root/cases"
	results=$tmp/results
	;;
esac
(cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null) >"$tmp/initramfs" || fault "$no_room"
rm -rf "$root"

# watch: end QEMU when the log has not grown for too long. A guest logs
# that it booted, and every command that it begins. It is told the size
# of the terminal when that changes.
watch() {
	seconds=0 before=''
	while sleep 1 && kill -0 "$qemu"; do
		seconds=$((seconds + 1))
		length=$(wc -c <"$tmp/log")
		[ "$length" = "$before" ] || seconds=0
		before=$length
		if ! grep -q "vm $token: booted" "$tmp/log"; then
			[ $seconds -ge $boot_limit ] || continue
		elif [ -n "$terminal" ] && now=$(stty size </dev/tty) && [ "$now" != "$size" ]; then
			size=$now
			echo "$size" 1<>"$tmp/port.in"
			continue
		elif [ "$limit" -eq 0 ] || [ $seconds -lt $((limit + 60)) ]; then
			continue
		fi
		: >"$tmp/late"
		kill -KILL "$qemu"
	done
}

# boot: one try. Sets $status to what the guest said; if it said nothing,
# $why says what happened.
boot() {
	status='' why=''
	rm -f "$tmp/late" "$tmp/port.in" "$tmp/port.out"
	: >"$tmp/log"
	if [ -n "$terminal" ]; then
		serial=mon:stdio log=pipe:$tmp/port
		mkfifo "$tmp/port.in" "$tmp/port.out" || fault "$no_room"
		cat "$tmp/port.out" >"$tmp/log" &
		logger=$!
		exec 3<&0
	else
		serial=file:$tmp/out log=file:$tmp/log
		exec 3</dev/null
	fi
	# These options boot every time, under load too: a machine of the
	# type microvm hangs in its timer calibration, and so does this
	# one without no_timer_check; emulation with two threads fails.
	LD_LIBRARY_PATH=$libraries qemu-system-x86_64 \
		-M pc -accel "${VM_ACCEL:-tcg,thread=single}" -cpu max -smp 2 -m "${VM_MEMORY:-512}" \
		-nodefaults -no-user-config -display none -no-reboot \
		${libraries:+-L "$tools/usr/share/qemu" -L "$tools/usr/share/seabios"} \
		-serial "$serial" -serial "$log" \
		-kernel "$image" -initrd "$tmp/initramfs" -append "$arguments" \
		<&3 2>"$tmp/qemu" &
	qemu=$!
	watch >/dev/null 2>&1 3<&- &
	watcher=$!
	wait $qemu
	kill $watcher 2>/dev/null
	qemu=
	if [ -n "$terminal" ]; then
		stty "$saved"
		# If QEMU never opened it, this is the end of the log.
		exec 4<>"$tmp/port.out" 4<&-
		wait $logger
		logger=
	fi

	status=$(sed -n "s/.*vm $token: status \([0-9]*\).*/\1/p" "$tmp/log")
	[ -z "$status" ] || return 0
	if grep -q 'Kernel panic' "$tmp/log"; then
		why="its kernel panicked: $(sed -n 's/.*Kernel panic[^:]*: //p' "$tmp/log" | tr -d '\r')"
	elif [ -e "$tmp/late" ] && ! grep -q "vm $token: booted" "$tmp/log"; then
		why="its kernel did not boot within $boot_limit seconds"
	elif [ -e "$tmp/late" ]; then
		why='it hung'
	elif [ -n "$terminal" ] && ! grep -q '^qemu' "$tmp/qemu"; then
		why=left
	else
		why="QEMU ended: $(tail -n 1 "$tmp/qemu")"
	fi
}

# bring_back: put what was changed there in its place, where nobody
# changed it here
bring_back() {
	mkdir "$tmp/back" && cd "$tmp/back" &&
		sed -n "/vm $token: files/,/vm $token: end/p" "$tmp/log" | sed '1d;$d' |
		tr -d '\r' | base64 -d 2>/dev/null | gzip -dc >"$tmp/changed" 2>/dev/null &&
		busybox cpio -id <"$tmp/changed" 2>/dev/null ||
		fault 'What you changed there could not be brought back.'
	find code lessons -type f 2>/dev/null | sort | while read -r file; do
		now=$(cd "$top" && find "$file" -printf '%s %T@ %p\n' 2>/dev/null)
		same=yes
		if [ -n "$now" ]; then
			grep -qxF "$now" "$tmp/here" || same=
		else
			! cut -d' ' -f3- "$tmp/here" | grep -qxF "$file" || same=
		fi
		[ -n "$same" ] && place=$file || place=$file.vm
		mkdir -p "$top/${file%/*}" && cp "$file" "$top/$place.new" && mv "$top/$place.new" "$top/$place" ||
			fault "$file could not be brought back."
		if [ -n "$same" ]; then
			echo "$file is here as you left it there."
		else
			echo "$file was changed here meanwhile. What you wrote there is in $place."
		fi
	done
}

boot
if [ -z "$status" ] && [ "$why" != left ]; then
	echo "The virtual machine failed ($why). Once more:" >&2
	boot
fi
if [ -z "$status" ]; then
	if [ "$why" = left ]; then
		[ "$mode" = shell ] && exit
		echo 'You left the virtual machine before its command had ended.' >&2
		exit 130
	fi
	tail -n 5 "$tmp/log" >&2
	fault "The virtual machine failed twice: $why. The command is not to blame."
fi

if [ -z "$terminal" ]; then
	mkdir -p "$results" && tar -C "$results" -mxf "$tmp/out" ||
		fault "The results of the virtual machine could not be read. Is there room in $tmp and $results?"
elif grep -q "vm $token: end" "$tmp/log"; then
	bring_back || exit
fi
if [ "$mode" = run ]; then
	if [ -z "$terminal" ]; then
		cat "$results/run.out"
		cat "$results/run.err" >&2
		status=$(cat "$results/run.status")
	fi
	[ "$status" -ne 137 ] || [ "$limit" -eq 0 ] ||
		echo "The command did not end within $limit seconds and was ended." >&2
fi
exit "$status"
