# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Which capabilities a program needs, and which this process has. A
# program says it in a line of its own:
#
#   /* Needs CAP_BPF CAP_PERFMON */
#
# and one without such a line needs CAP_BPF.

# needs PROGRAM: the names, in one line
needs() {
	stated=$(sed -n 's|^/\* Needs \(CAP_[A-Z_ ]*\) \*/$|\1|p' "$1.c" 2>/dev/null)
	echo "${stated:-CAP_BPF}"
}

# mask NAME...: a bit for each, as a decimal number; the numbers of the
# bits are those of linux/capability.h
mask() {
	bits=0
	for name; do
		case $name in
		CAP_BPF) number=39 ;;
		CAP_PERFMON) number=38 ;;
		CAP_SYS_ADMIN) number=21 ;;
		CAP_NET_ADMIN) number=12 ;;
		*)
			echo "capabilities.sh does not know $name." >&2
			number=63
			;;
		esac
		bits=$((bits | 1 << number))
	done
	echo "$bits"
}

# effective: the mask of this process
effective() {
	echo "$((0x$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)))"
}

# held NAME...: this process has all of them
held() {
	wanted=$(mask "$@")
	[ $(($(effective) & wanted)) -eq "$wanted" ]
}
