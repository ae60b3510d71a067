# SPDX-License-Identifier: MIT
# Each program needs the capabilities that it states, CAP_BPF if it states
# none, no other one, and says so without any of them.
. "$(dirname "$0")/tap.sh"

need setpriv
need_bpf
# shellcheck source=code/tools/capabilities.sh
. "$code/tools/capabilities.sh"

# In a folder that every user can read.
chmod 755 "$tmp"
mkdir "$tmp/code"
cp "$code/tools/capabilities.sh" "$tmp/code"
for program in $(sh "$code/tools/transcript.sh" list); do
	cp "$code/$program" "$tmp/code"
done

# as_nobody ADD COMMAND...: run COMMAND as an ordinary user with the
# capabilities ADD, as in ",+bpf,+perfmon", and no other, or with none
as_nobody() {
	capability=$1
	shift
	if [ "$(id -u)" -ne 0 ]; then
		# An ordinary user already: give up what is too much.
		set -- --inh-caps="-all$capability" --ambient-caps="-all$capability" -- "$@"
	else
		set -- --reuid=65534 --regid=65534 --clear-groups --inh-caps="-all$capability" \
			--ambient-caps="-all$capability" --bounding-set="-all$capability" -- "$@"
	fi
	setpriv --no-new-privs "$@"
}

# runs_with NAMES COMMAND...: with these capabilities and no other one
runs_with() {
	names=$1
	shift
	# shellcheck disable=SC2016,SC2086 # for sh; words
	as_nobody "$(added $names)" sh -c '. "$1"; [ $(id -u) -ne 0 ] && [ "$(effective)" -eq "$2" ] && shift 2 && exec "$@"' - \
		"$tmp/code/capabilities.sh" "$(mask $names)" "$@"
}

# added NAME...: as setpriv wants them
added() {
	for name; do
		printf ',+%s' "${name#CAP_}"
	done | tr '[:upper:]' '[:lower:]'
}

# but NAME NAME...: all but the first
but() {
	without=$1
	shift
	for name; do
		[ "$name" = "$without" ] || echo "$name"
	done
}

# says_eperm ADD COMMAND...
says_eperm() {
	! as_nobody "$@" >"$tmp/out" 2>"$tmp/err" || return 1
	cat "$tmp/out" "$tmp/err"
	grep -qE "came -EPERM|Operation not permitted" "$tmp/err" &&
		grep -qi "sudo" "$tmp/err"
}

# shellcheck disable=SC2046,SC2086 # words
for program in $(sh "$code/tools/transcript.sh" list); do
	needed=$(needs "$code/$program")
	ok "$program runs as an ordinary user with $needed alone" \
		runs_with "$needed" "$tmp/code/$program" $(arguments "$program")
	if [ "$(cat /proc/sys/kernel/unprivileged_bpf_disabled)" -eq 0 ]; then
		skip "$program says what it needs" 'bpf(2) is open to all here: sysctl kernel.unprivileged_bpf_disabled=2'
		continue
	fi
	for capability in $needed; do
		ok "$program says what it needs without $capability" \
			says_eperm "$(added $(but $capability $needed))" "$tmp/code/$program"
	done
done
ok 'a program that runs does not pass for one that may not' not says_eperm '' true
ok 'one that may not run does not pass for one that runs' not runs_with CAP_BPF false

refusal_says() {
	! as_nobody '' env PATH="$tmp/bin" "$tmp/bin/sh" "$tmp/with_capabilities.sh" id 2>"$tmp/err" || return 1
	cat "$tmp/err"
	grep -q 'needs CAP_BPF, and there is no sudo' "$tmp/err"
}
cp "$code/tools/with_capabilities.sh" "$code/tools/capabilities.sh" "$tmp"
mkdir "$tmp/bin"
for tool in sed sh id tr dirname; do
	ln -s "$(command -v $tool)" "$tmp/bin"
done
ok 'without the capability and without sudo, make run says so' refusal_says
ok 'with the capability it runs the command as it is' \
	as_nobody ,+bpf env PATH="$tmp/bin" "$tmp/bin/sh" "$tmp/with_capabilities.sh" id

done_testing
