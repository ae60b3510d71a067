# SPDX-License-Identifier: MIT
# The programs are edited as a reader would: each flag is changed once,
# and each expected answer. Such a program compiles and runs to its end.
# It shows the answer that came, says on stderr where it had expected
# another one, and its status is 1. Nothing aborts and nothing hangs.
# shellcheck disable=SC2016 # for awk
. "$(dirname "$0")/tap.sh"

need cc pkg-config
need_bpf

# What changes nothing when its flag is changed: the program, the call
# after that, which of several, and why.
cat >"$tmp/changes_nothing" <<'END'
02_update 20 BPF_NOEXIST: the key is absent, and both insert
02_update 21 BPF_EXIST: the key is present, and both overwrite
02_update 43 BPF_NOEXIST: the map is full for either
02_update 47 BPF_EXIST: the key is present, and both overwrite
03_lookup 17 BPF_NOEXIST: the key is absent, and both insert
03_lookup 52 BPF_NOEXIST: the key is absent, and both insert
04_lookup_and_delete 34 BPF_EXIST: in a queue with room it says nothing
04_lookup_and_delete 35 BPF_EXIST: in a queue with room it says nothing
06_iterate 27 BPF_NOEXIST: the keys are absent, and both insert
11_per_cpu 28 BPF_NOEXIST: the key is absent, and both insert
08_two_worlds 47 BPF_EXIST: the key is present, and both overwrite
08_two_worlds 54 BPF_NOEXIST: libbpf refuses the size before it calls
08_two_worlds 54 BPF_EXIST: libbpf refuses the size before it calls
13_which_map 47 BPF_EXIST: in a queue with room it says nothing
END

# edits FOLDER PROGRAM: a folder in FOLDER for each edit, with the changed
# program and what was changed where: lines with the first and the last
# line of the EXPECT, the call as it is printed, and what is new, parted
# by tabs. All answers are changed at once, for no call depends on them:
# an answer of 0 becomes -EEXIST, every other one 0.
edits() {
	awk -v folder="$1/$2" -v program="$2" '
	function squeezed(text) {
		gsub(/[ \t\n]+/, " ", text)
		sub(/^ /, "", text)
		sub(/ $/, "", text)
		return text
	}
	function line_of(at,    before) {
		before = substr(all, 1, at)
		return gsub(/\n/, "", before) + 1
	}
	# end FROM: where the argument that begins there ends
	function end(from,    depth, quoted, c) {
		for (; from <= length(all); from++) {
			c = substr(all, from, 1)
			if (c == "\"")
				quoted = !quoted
			if (quoted)
				continue
			if (!depth && (c == "," || c == ")"))
				return from
			depth += (c == "(") - (c == ")")
		}
	}
	# save TEXT WHAT: an edit, the whole program and what is new in it
	function save(text, what,    place) {
		place = folder "." ++count
		system("mkdir \"" place "\"")
		printf "%s", text >(place "/" program ".c")
		close(place "/" program ".c")
		printf "%s", what >(place "/edit")
		close(place "/edit")
	}
	# change FROM SIZE OLD NEW: OLD, if it is in that part
	function change(from, size, old, new,    part, was) {
		part = substr(all, from, size)
		if (!match(part, old "([^A-Z_]|$)"))
			return
		was = part
		sub(old, new, part)
		save(substr(all, 1, from - 1) part substr(all, from + length(was)),
		     line_of(from) "\t" line_of(from + size) "\t" squeezed(part) "\t" new "\n")
	}
	{ all = all $0 "\n" }
	END {
		# The answers, and the flags in calls.
		for (at = 1; (i = index(substr(all, at), "EXPECT(")) > 0; at = answer_end) {
			from = at + i + 6
			call_end = end(from)
			answer_end = end(call_end + 1)
			answer = squeezed(substr(all, call_end + 1, answer_end - call_end - 1))
			new = answer == "0" ? "-EEXIST" : answer ~ /^SINCE/ ? "17" : "0"
			# As many lines as there were.
			lines = substr(all, call_end, answer_end - call_end)
			gsub(/[^\n]/, "", lines)
			changed = changed substr(all, at, call_end - at) ", " new lines
			what = what line_of(from) "\t" line_of(answer_end) "\t" \
				squeezed(substr(all, from, call_end - from)) "\t" new "\n"
			change(from, call_end - from, "BPF_ANY", "BPF_NOEXIST")
			change(from, call_end - from, "BPF_ANY", "BPF_EXIST")
			change(from, call_end - from, "BPF_NOEXIST", "BPF_EXIST")
			change(from, call_end - from, "BPF_EXIST", "BPF_NOEXIST")
			change(from, call_end - from, "BPF_F_LOCK", "BPF_ANY")
		}
		save(changed substr(all, at), what)
		# The flags in options.
		for (at = 1; match(substr(all, at), /\.map_flags = [^)]*/); at = from + size) {
			from = at + RSTART - 1
			size = RLENGTH
			change(from, size, "= (BPF_F_NO_PREALLOC|1U << 31)", "= 0")
		}
	}' "$code/$2.c"
}

# Compile and run what is in a folder: printed, said, status.
cat >"$tmp/run.sh" <<-END
	export CPATH='$code' C_INCLUDE_PATH='$code/skeletons'
	cd "\$1" && cc -w -std=c11 -o edited [0-9]*.c $(pkg-config --cflags --libs libbpf libelf zlib) 2>said || exit 0
	timeout 60 ./edited >printed 2>said
	echo \$? >status
END

# judge FOLDER: "well" if the edit in it came out as it should, "nothing"
# if it changed nothing, or what is wrong
judge() {
	[ -s "$1/status" ] || { echo 'it does not compile' && cat "$1/said"; return; }
	awk -F'\t' -v status="$(cat "$1/status")" '
	function call_of(text) {
		sub(/^[^:]*:[0-9]*: /, "", text)
		sub(/: expected .*, came .*/, "", text)
		return text
	}
	FILENAME ~ /edit$/ { call[++edits] = $3; first[edits] = $1; last[edits] = $2; new[edits] = $4; next }
	FILENAME ~ /printed$/ { shown[$0]; next }
	/^EPERM\? / { next }
	!/^[0-9a-z_]*\.c:[0-9]+: .*: expected .*, came -?[0-9A-Z]+$/ { print "it says: " $0; exit bad = 1 }
	{
		said++
		came = $0
		sub(/.*, came /, "", came)
		if (!(call_of($0) " = " came in shown)) {
			print "it does not show " call_of($0) " = " came
			exit bad = 1
		}
		split($0, part, ":")
		for (i = 1; i <= edits; i++)
			if (part[2] >= first[i] && part[2] <= last[i] && call_of($0) == call[i] &&
			    index($0, ": expected " new[i] ", came "))
				named[i] = 1
	}
	END {
		if (bad)
			exit
		for (i = 1; edits > 1 && i <= edits; i++)
			if (!named[i]) {
				print "nothing is said of line " first[i] ", where " new[i] " is expected"
				exit
			}
		if (status == 0 && !said)
			print "nothing"
		else if (status != 1 || !said)
			print "status " status ", with " said + 0 " lines on stderr"
		else
			print "well"
	}' "$1/edit" "$1/printed" "$1/said"
}

# comes_out FOLDER VERDICT: judged so
comes_out() {
	verdict=$(judge "$1")
	[ "$verdict" = "$2" ] && return
	echo "$verdict"
	cat "$1/edit" "$1/said"
	[ "$verdict$2" != nothingwell ] || echo "If no answer can change, say so in changes_nothing of edits.t, and why."
	return 1
}

for program in $(sh "$code/tools/transcript.sh" list); do
	! grep -q expect.h "$code/$program.c" || edits "$tmp" "$program"
done
printf '%s\0' "$tmp"/[0-9]*.[0-9]* | xargs -0 -P "$(nproc)" -n 1 sh "$tmp/run.sh"

for folder in "$tmp"/[0-9]*.[0-9]*; do
	program=${folder##*/}
	program=${program%.*}
	if [ "$(wc -l <"$folder/edit")" -gt 1 ]; then
		ok "$program: each answer that is expected wrongly is named" comes_out "$folder" well
		cut -f1 "$folder/edit" | uniq >"$tmp/$program.lines"
		continue
	fi
	edit=$(awk -F'\t' '{ print $1, $4 }' "$folder/edit")
	why=$(sed -n "s/^$program $edit: //p" "$tmp/changes_nothing")
	if [ -n "$why" ]; then
		echo "$program $edit" >>"$tmp/seen"
		ok "$program, line $edit instead: nothing changes, because $why" comes_out "$folder" nothing
	else
		ok "$program, line $edit instead: the new answer is shown" comes_out "$folder" well
	fi
done
ok 'each edit that changes nothing was made' \
	sh -c "sort '$tmp/seen' >'$tmp/sorted' && sed 's/:.*//' '$tmp/changes_nothing' | sort | diff '$tmp/sorted' -"
expects() {
	for lines in "$tmp"/*.lines; do
		program=${lines##*/}
		[ "$(wc -l <"$lines")" -eq "$(grep -c 'EXPECT(' "$code/${program%.lines}.c")" ] || { echo "$lines"; return 1; }
	done
}
ok 'no EXPECT was passed over' expects

# broken PROGRAM SCRIPT: it is seen if expect.h goes wrong like that
broken() {
	sed "$2" "$code/expect.h" >"$tmp/$1.1/expect.h"
	! cmp -s "$code/expect.h" "$tmp/$1.1/expect.h" && rm -f "$tmp/$1.1/status" &&
		sh "$tmp/run.sh" "$tmp/$1.1" && judge "$tmp/$1.1"
	! comes_out "$tmp/$1.1" well
}
ok 'an expect() that aborts is seen' broken 02_update 's/^	surprises++;/	__builtin_abort();/'
ok 'one that hangs is seen' broken 02_update 's/^	surprises++;/	for (int i = 0; i < 2; i++) sleep(100);/'
ok 'one that ends well in spite of all is seen' broken 02_update 's/return surprises > 0/return 0/'
ok 'one that says nothing is seen' broken 02_update 's/"%s:%d: %s: expected %s, came %s\\n"/""/'
ok 'one that shows what it expected is seen' broken 02_update 's/call, text);$/call, wanted);/'
ok 'one that names another line is seen' broken 02_update 's/__LINE__/__LINE__ + 9/'

done_testing
