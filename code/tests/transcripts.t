# SPDX-License-Identifier: MIT
# Each program still prints, and still asks of the kernel, what the book
# shows. If a program has changed on purpose: make record.
. "$(dirname "$0")/tap.sh"

need strace
need_bpf

# same KIND PROGRAM RECORDED: a fresh run equals the recorded one
same() {
	sh "$code/tools/transcript.sh" "$1" "$2" >"$tmp/fresh" && diff -u "$3" "$tmp/fresh"
}

recorded=$top/lessons/transcripts
for program in $(sh "$code/tools/transcript.sh" list); do
	ok "$program prints what is recorded" same output "$program" "$recorded/$program.txt"
	ok "$program makes the bpf(2) calls that are recorded" \
		same calls "$program" "$recorded/$program.bpf.txt"
done

sed 's/EEXIST/EBUSY/' "$recorded/02_update.txt" >"$tmp/other"
ok 'another output does not pass' not same output 02_update "$tmp/other"
sed '3d' "$recorded/02_update.bpf.txt" >"$tmp/other"
ok 'a call too few does not pass' not same calls 02_update "$tmp/other"

# A changed program with an old transcript fails.
mkdir "$tmp/code"
cp -R "$code"/*.[ch] "$code/Makefile" "$code/tools" "$tmp/code"
code=$tmp/code
sed -i "s/8, 2, NULL/8, 3, NULL/" "$code/02_update.c"
make -s -C "$code" 02_update >/dev/null 2>&1
ok 'a changed program does not pass its old output' \
	not same output 02_update "$recorded/02_update.txt"
ok 'nor its old calls' not same calls 02_update "$recorded/02_update.bpf.txt"

done_testing
