# SPDX-License-Identifier: MIT
# CAP_BPF is all that the programs need, and without it they say so.
. "$(dirname "$0")/tap.sh"

need setpriv
need_bpf

# In a folder that every user can read.
chmod 755 "$tmp"
mkdir "$tmp/code"
for program in $(sh "$code/tools/transcript.sh" list); do
	cp "$code/$program" "$tmp/code"
done

# as_nobody ADD COMMAND...: run COMMAND as an ordinary user with the
# capability ADD and no other, or with none
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

runs_with_cap_bpf_alone() {
	as_nobody ,+bpf sh -c "
		grep CapEff /proc/self/status
		grep -q 'CapEff:.0000008000000000' /proc/self/status || exit 1
		[ \$(id -u) -ne 0 ] && exec \"\$@\"" - "$@"
}

says_eperm() {
	! as_nobody '' "$@" >"$tmp/out" 2>"$tmp/err" || return 1
	cat "$tmp/out" "$tmp/err"
	grep -qE "came -EPERM|Operation not permitted" "$tmp/err" &&
		grep -qi "sudo" "$tmp/err"
}

for program in $(sh "$code/tools/transcript.sh" list); do
	# shellcheck disable=SC2046,SC2086 # words
	ok "$program runs as an ordinary user with CAP_BPF alone" \
		runs_with_cap_bpf_alone "$tmp/code/$program" $(arguments "$program")
	if [ "$(cat /proc/sys/kernel/unprivileged_bpf_disabled)" -eq 0 ]; then
		skip "$program says what it needs" 'bpf(2) is open to all here: sysctl kernel.unprivileged_bpf_disabled=2'
	else
		ok "$program says what it needs when it has no capability" \
			says_eperm "$tmp/code/$program"
	fi
done
ok 'a program that runs does not pass for one that may not' not says_eperm true
ok 'one that may not run does not pass for one that runs' not runs_with_cap_bpf_alone false

with_cap_bpf_says() {
	! as_nobody '' env PATH="$tmp/bin" "$tmp/bin/sh" "$tmp/with_cap_bpf.sh" id 2>"$tmp/err" || return 1
	cat "$tmp/err"
	grep -q 'CAP_BPF, and there is no sudo' "$tmp/err"
}
cp "$code/tools/with_cap_bpf.sh" "$tmp"
mkdir "$tmp/bin"
for tool in sed sh id; do
	ln -s "$(command -v $tool)" "$tmp/bin"
done
ok 'without the capability and without sudo, make run says so' with_cap_bpf_says
ok 'with the capability it runs the command as it is' \
	as_nobody ,+bpf env PATH="$tmp/bin" "$tmp/bin/sh" "$tmp/with_cap_bpf.sh" id

done_testing
