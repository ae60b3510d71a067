#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command with CAP_BPF, the capability that the map calls need:
#
#   with_cap_bpf.sh COMMAND [ARGUMENT...]
#
# As root, or with CAP_BPF already, it runs the command as it is.
# Otherwise sudo adds CAP_BPF and nothing else: the command runs under
# your own user id, so it leaves no file of root's behind.
set -u

# CAP_BPF is bit 39 of the effective set (linux/capability.h): the
# tenth hexadecimal digit from the right, value 8.
case $(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status) in
*[89abcdef]?????????) exec "$@" ;;
esac

if ! command -v sudo >/dev/null 2>&1; then
	echo 'The map calls need CAP_BPF, and there is no sudo here: run this as root.' >&2
	exit 1
fi
exec sudo --preserve-env=PATH,CI,V setpriv --reuid="$(id -u)" --regid="$(id -g)" \
	--init-groups --inh-caps=-all,+bpf --ambient-caps=-all,+bpf -- "$@"
