#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command with CAP_BPF, the capability that the map calls need:
#
#   with_cap_bpf.sh COMMAND [ARGUMENT...]
#
# As root, or with CAP_BPF already, it runs the command as it is.
# Otherwise sudo adds CAP_BPF and nothing else: the command runs under
# your own user id, so it leaves no file of root's behind. With IN=vm
# the command runs in a virtual machine, which needs no rights at all.
# Status 125 means that the command could not be run.
set -u
here=$(dirname "$0")

# refuse WHY: the one place that says what to do without bpf(2)
refuse() {
	echo "$1: make vm-start, make vm-run-03 and make vm-check-02a use a virtual machine instead, which needs no rights." >&2
	exit 125
}

[ "${IN-}" != vm ] || exec sh "$here/../machines/qemu/vm.sh" run "$@"

# CAP_BPF is bit 39 of the effective set (linux/capability.h): the
# tenth hexadecimal digit from the right, value 8.
case $(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status) in
*[89abcdef]?????????)
	# A container or a lockdown can refuse bpf(2) all the same.
	case $("$here/../01_create" 2>&1 >/dev/null) in
	*EPERM* | *ENOSYS*) refuse 'This system refuses bpf(2), even with CAP_BPF' ;;
	esac
	exec "$@"
	;;
esac

command -v sudo >/dev/null 2>&1 ||
	refuse 'The map calls need CAP_BPF, and there is no sudo here (root has it)'
sudo true ||
	refuse 'The map calls need CAP_BPF, and sudo did not give it'
exec sudo --preserve-env=PATH,CI,V setpriv --reuid="$(id -u)" --regid="$(id -g)" \
	--init-groups --inh-caps=-all,+bpf --ambient-caps=-all,+bpf -- sh "$0" "$@"
