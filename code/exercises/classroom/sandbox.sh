#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command on a stranger's code.
#
#   sandbox.sh compile FOLDER COMMAND [ARGUMENT...]
#   sandbox.sh run     FOLDER COMMAND [ARGUMENT...]
#   sandbox.sh play    FOLDER COMMAND [ARGUMENT...]
#
# The command sees /usr and FOLDER (as /box), both read-only, and an
# empty /tmp of its own. It has no network, sees no other process, is
# not root, and has CAP_BPF as its only capability. A compiler has neither
# devices nor /proc: what it could include there has no end. Its time, memory,
# processes, files and descriptors are limited. When it ends, or whoever
# started this ends, everything that it started is killed.
#
# "run" and "play" need root, which alone can give CAP_BPF to somebody.
# "compile" gives nothing, so anybody may do it; without root the number
# of processes is not limited, because the limit would count those of
# the user too.
#
# "play" is "run" behind the fence of the judge: a filter of system calls
# on descriptor 4, which leaves of bpf(2) only what works on maps, and no
# way to run a BPF program.
#
# MEMORY_CGROUP, if set, is the cgroup that the command joins. Map memory
# and the shadow memory of the sanitizers are beyond what an ordinary
# limit can count; a cgroup counts both.
set -u
purpose=$1 folder=$2
shift 2

[ -z "${MEMORY_CGROUP:-}" ] || echo $$ >"$MEMORY_CGROUP/cgroup.procs" || exit 125

case $purpose in
compile)
	limits='--cpu=10 --as=2147483648 --nofile=256 --fsize=67108864'
	processes=32
	caps=-all
	system='--dir /dev --dir /proc'
	;;
run | play)
	limits='--nofile=64 --fsize=1048576'
	processes=16
	caps=-all,+bpf
	system='--dev /dev --proc /proc'
	;;
*) exit 125 ;;
esac

# A user of its own for each run, so that the limit on processes counts
# nobody else's.
user=$((200000 + $$ % 100000))

if [ "$(id -u)" -eq 0 ]; then
	limits="$limits --nproc=$processes"
	set -- --cap-add CAP_BPF --cap-add CAP_SETUID --cap-add CAP_SETGID --cap-add CAP_SETPCAP \
		--remount-ro / --chdir /box setpriv --reuid=$user --regid=$user --clear-groups \
		--inh-caps=$caps --ambient-caps=$caps --bounding-set=$caps --no-new-privs -- "$@"
elif [ "$purpose" = compile ]; then
	set -- --unshare-user --uid $user --gid $user --remount-ro / --chdir /box "$@"
else
	echo "Root is needed to give a sandbox CAP_BPF." >&2
	exit 125
fi
for name in bin sbin lib lib32 lib64 libx32; do
	[ ! -L "/$name" ] || set -- --symlink "usr/$name" "/$name" "$@"
	[ -L "/$name" ] || [ ! -d "/$name" ] || set -- --ro-bind "/$name" "/$name" "$@"
done
[ "$purpose" != play ] || set -- --add-seccomp-fd 4 "$@"
# shellcheck disable=SC2086 # words
exec prlimit --core=0 $limits \
	bwrap --unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try \
	--new-session --die-with-parent \
	--clearenv --setenv PATH /usr/bin:/bin --setenv LC_ALL C --setenv TMPDIR /tmp \
	--cap-drop ALL \
	--ro-bind /usr /usr --perms 0755 --dir /etc --ro-bind-try /etc/alternatives /etc/alternatives \
	--ro-bind-try /etc/ld.so.cache /etc/ld.so.cache \
	$system --size 67108864 --perms 1777 --tmpfs /tmp \
	--ro-bind "$folder" /box "$@"
