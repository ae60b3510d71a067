#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command with the capabilities that it needs and no more, those
# that a program states, or CAP_BPF, which the map calls need:
#
#   with_capabilities.sh COMMAND [ARGUMENT...]
#
# As root, or with them already, it runs the command as it is. Otherwise
# sudo adds them and nothing else: the command runs under your own user
# id, so it leaves no file of root's behind. With IN=vm the command runs
# in a virtual machine, which needs no rights at all. Status 125 means
# that the command could not be run.
set -u
here=$(dirname "$0")
# shellcheck source=code/tools/capabilities.sh
. "$here/capabilities.sh"

# refuse WHY: the one place that says what to do without bpf(2)
refuse() {
	echo "$1: make vm-start, make vm-run-03 and make vm-check-02a use a virtual machine instead, which needs no rights." >&2
	exit 125
}

[ "${IN-}" != vm ] || exec sh "$here/../machines/qemu/vm.sh" run "$@"

needed=$(needs "$1")
# shellcheck disable=SC2086 # words
if held $needed; then
	# A container or a lockdown can refuse bpf(2) all the same.
	case $("$here/../01_create" 2>&1 >/dev/null) in
	*EPERM* | *ENOSYS*) refuse 'This system refuses bpf(2), even with CAP_BPF' ;;
	esac
	exec "$@"
fi

names=$(echo "$needed" | sed 's/ / and /g')
command -v sudo >/dev/null 2>&1 ||
	refuse "$1 needs $names, and there is no sudo here (root has them)"
sudo true ||
	refuse "$1 needs $names, and sudo did not give them"
added=$(echo "$needed" | sed 's/CAP_/,+/g; s/ //g' | tr '[:upper:]' '[:lower:]')
exec sudo --preserve-env=PATH,CI,V setpriv --reuid="$(id -u)" --regid="$(id -g)" \
	--init-groups --inh-caps="-all$added" --ambient-caps="-all$added" -- sh "$0" "$@"
