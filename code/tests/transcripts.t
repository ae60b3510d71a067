# SPDX-License-Identifier: MIT
# Each program still prints, and still asks of the kernel, what the book
# shows. If a program has changed on purpose: make record.
. "$(dirname "$0")/tap.sh"

need objdump addr2line
need_bpf

# prints PROGRAM RECORDED: a fresh run prints what is recorded
prints() {
	sh "$code/tools/transcript.sh" output "$1" >"$tmp/fresh" && diff -u "$2" "$tmp/fresh"
}

# asks PROGRAM FOLDER: it asks what is recorded there, and finds the
# same entries in its maps
asks() {
	rm -rf "$tmp/trace" && mkdir "$tmp/trace" && sh "$code/tools/transcript.sh" trace "$1" "$tmp/trace" || return 1
	for file in "$tmp/trace"/*; do
		diff -u "$2/${file##*/}" "$file" || return 1
	done
}

recorded=$top/lessons/transcripts
# shellcheck source=code/tools/capabilities.sh
. "$code/tools/capabilities.sh"
for program in $(sh "$code/tools/transcript.sh" built); do
	needed=$(needs "$code/$program")
	# shellcheck disable=SC2086 # words
	if ! held $needed; then
		skip "$program prints what is recorded" "it needs $needed: sudo make test"
		continue
	fi
	ok "$program prints what is recorded" prints "$program" "$recorded/$program.txt"
	[ -e "$recorded/$program.bpf.txt" ] || continue
	ok "$program makes the calls that are recorded" asks "$program" "$recorded"
done

plant 's/EEXIST/EBUSY/' "$recorded/02_update.txt" "$tmp/other"
ok 'another output does not pass' not prints 02_update "$tmp/other"
cp -R "$recorded" "$tmp/recorded"
plant '3d' "$tmp/recorded/02_update.bpf.txt"
ok 'a call too few does not pass' not asks 02_update "$tmp/recorded"
plant '$s/close/dup/' "$tmp/recorded/05_delete.steps.tsv"
ok 'another step does not pass' not asks 05_delete "$tmp/recorded"

# A changed program with an old transcript fails.
mkdir "$tmp/code"
cp -R "$code"/*.[ch] "$code/Makefile" "$code/tools" "$tmp/code"
code=$tmp/code
plant "s/8, 2, NULL/8, 3, NULL/" "$code/02_update.c"
make -s -C "$code" 02_update >/dev/null 2>&1
ok 'a changed program does not pass its old output' \
	not prints 02_update "$recorded/02_update.txt"
ok 'nor its old calls' not asks 02_update "$recorded"

done_testing
