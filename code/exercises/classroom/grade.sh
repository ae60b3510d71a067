#!/bin/sh
# SPDX-License-Identifier: MIT
# Grades a class:
#
#   grade.sh batch SUBMISSIONS OUT   every folder in SUBMISSIONS
#   grade.sh one OUT NUMBER          one of them, as the batch calls it
#   grade.sh judge FOLDER NAME       one exercise of it, built in FOLDER
#   grade.sh points NAME REPORT      the points of a report on NAME
#
# SUBMISSIONS has a folder for each student, with NAME/exercise.c or
# NAME.c for each exercise handed in, also under code/exercises/, and NAME
# may be short, as in 02a; see hand_ins for the rest. Anything else is
# ignored. OUT gets grades.csv, grades.json, summary.md, feedback/ and
# results/. Who is in OUT and not in SUBMISSIONS stays; who is in both and
# has changed nothing is not graded again. So a batch that was killed goes
# on where it was, and one more student is one more student.
#
# ONLY=NAME     grades this student, once more, and nobody else
# DUE=DATE      summary.md and the tables say what came later; a date is
#               what date(1) reads, such as "2026-11-20 18:00"
# SEED=N        the same values for all (if not given, a submission's
#               values follow from its text: same text, same grade)
# IN=vm         what is handed in runs in a virtual machine, one for each
#               submission. This takes no root. The compiler runs here, in
#               the sandbox.
# JOBS=N        how many submissions at a time (all cores)
# SSHLOGINFILE  a file of machines for GNU parallel; all of them see this
#               tree, SUBMISSIONS and OUT under the same paths, and have
#               what "requirements.sh check build grade" asks for
#
# Status: 0 everybody is graded, 2 wrong arguments or a missing tool,
# 3 the grader had a fault: somebody is not graded, and it says who.

# shellcheck disable=SC2015 # "A && B || fault" means what it says
set -u
export LC_ALL=C
unset CDPATH
here=$(cd "$(dirname "$0")" && pwd) || exit 2
exercises=$(dirname "$here")
max_source=131072   # bytes of one exercise.c
max_program=8388608  # bytes of what it is compiled to
max_memory=536870912 # bytes of one submission's processes
max_compile=30       # seconds that its compiler may take
max_time=4000        # seconds after which a judge is at fault; it ends itself before

die() {
	printf '%s\n' "$*" >&2
	exit 2
}

# Only on the way out of "one": the batch starts it again.
fault() {
	printf 'The grader has a fault, with %s: %s\n' "$(cat "$batch/names/$number")" "$*" >&2
	exit 3
}

# encode NAME: NAME as it can stand in a file name, on a page and in a
# spreadsheet. What is not printable, what means something to Markdown,
# HTML or JSON, a %, a first character that a shell or a spreadsheet
# would take for more than a letter, and text that is not UTF-8 are
# written as %XX; so are characters that steer a terminal or turn the
# direction of text, and wide copies of ASCII. The end of a name that is
# too long becomes %~ and a sum.
encode() {
	utf8=0
	printf %s "$1" | iconv -f utf-8 -t utf-8 >/dev/null 2>&1 && utf8=1
	encoded=$(printf %s "$1" | od -An -v -tu1 | awk -v utf8=$utf8 '
	{ for (i = 1; i <= NF; i++) byte[n++] = $i }
	function steers(i) {
		return byte[i] == 194 && byte[i + 1] < 160 ||
			byte[i] == 226 && (byte[i + 1] == 128 || byte[i + 1] == 129) ||
			byte[i] == 239
	}
	END {
		for (i = 0; i < n; i++) {
			c = byte[i]
			plain = c >= 32 && c < 127 || c > 127 && utf8
			if (c == 37 || c == 38 || c == 60 || c == 62 || c >= 91 && c <= 93 || c == 96)
				plain = 0
			if (i == 0 && (c == 43 || c == 45 || c == 46 || c == 61 || c == 64))
				plain = 0
			if (utf8 && steers(i))
				hidden = c == 194 ? 2 : 3
			if (hidden > 0 && hidden--)
				plain = 0
			printf plain ? "%c" : "%%%02X", c
		}
	}')
	if [ ${#encoded} -gt 150 ]; then
		sum=$(printf %s "$1" | sha256sum | cut -c1-32)
		encoded=$(printf %.100s "$encoded" | iconv -c -f utf-8 -t utf-8)%~$sum
	fi
	printf %s "$encoded"
}

exercises() {
	for file in "$exercises"/*_*/points; do
		file=${file%/points}
		printf '%s\n' "${file##*/}"
	done
}

# --- one submission -------------------------------------------------------

# The cgroup that bounds the memory of a submission, if this machine
# lets us make one.
make_cgroup() {
	export MEMORY_CGROUP=
	for root in /sys/fs/cgroup /sys/fs/cgroup/memory; do
		# What a grader that was killed has left behind. That of a
		# container, whose processes are not seen here, is younger.
		find "$root" -maxdepth 1 -name 'bpf_grade_*' -mmin +60 -exec rmdir {} + 2>/dev/null
		[ -e "$root/cgroup.procs" ] && group=$(mktemp -d "$root/bpf_grade_XXXXXX" 2>/dev/null) || continue
		for file in memory.max memory.limit_in_bytes; do
			if [ -e "$group/$file" ] && echo $max_memory >"$group/$file"; then
				MEMORY_CGROUP=$group
			fi
		done 2>/dev/null
		if [ -n "$MEMORY_CGROUP" ]; then
			[ ! -e "$group/memory.swap.max" ] || echo 0 >"$group/memory.swap.max"
			break
		fi
		rmdir "$group"
	done
}

remove_cgroup() {
	[ -n "$MEMORY_CGROUP" ] || return 0
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		rmdir "$MEMORY_CGROUP" 2>/dev/null && return
		sleep 0.1
	done
}

clean_up() {
	rm -rf "$work" "${finished:-$work}/$number.new"
	remove_cgroup
}

# hand_ins FOLDER NAME: the files that may be this exercise, each with its
# date and behind a NUL, the one to grade first. That is the one that was
# changed last; of two with one date, the one whose name comes later, as
# that of a second copy does. They lie anywhere in FOLDER, as in a
# repository, and are called 02a.c or 02a/exercise.c, 02a.c being short for
# NAME.c; a browser may have made it "02a (1).c", or a learning platform
# 02a-1.c. If there is none, any other prefix is allowed: x_02a.c.
hand_ins() {
	short=${2%%_*}
	again='([ _]?\([0-9]+\)|-[0-9]+)?'
	for names in "($short|$2)$again" ".*[_ -]($short|$2)$again"; do
		find "$1/" -maxdepth 7 \( -name .git -o -name __MACOSX -o -name classroom \
			-o -name tests -o -name wrong -o -name 'build*' \) -prune -o \
			-type f ! -name '.*' -regextype posix-extended \
			-iregex ".*/($names\\.c|($short|$2)/exercise$again\\.c)" -printf '%T@ %P\0' |
			LC_ALL=C sort -z -k1,1nr -k2r >"$work/$2/hand_ins"
		[ ! -s "$work/$2/hand_ins" ] || break
	done
}

# take FOLDER NAME: copy the file of an exercise into $work/NAME, or say
# on stdout why there is nothing to grade
take() {
	hand_ins "$1" "$2"
	# What stands behind it is no part of the name, not even a line's end.
	first=$(head -z -n 1 "$work/$2/hand_ins" | tr -d '\0'; echo .)
	first=${first%.}
	for place in "${first#* }" "$2/exercise.c" "$2.c" "${2%%_*}/exercise.c" "${2%%_*}.c" \
		"code/exercises/$2/exercise.c"; do
		[ -n "$place" ] || continue
		source=$1/$place
		part=$source
		while [ "$part" != "$1" ]; do
			if [ -L "$part" ]; then
				echo 'a symbolic link: hand in the file itself'
				return 1
			fi
			part=${part%/*}
		done
		if [ ! -e "$source" ]; then
			continue
		elif [ ! -f "$source" ]; then
			echo 'not a file'
			return 1
		elif [ ! -r "$source" ]; then
			echo 'not readable: its permissions forbid it'
			return 1
		fi
		# What is looked at is the copy: by now another file could
		# stand there.
		if ! dd if="$source" of="$work/$2/exercise.c" iflag=nofollow,nonblock,fullblock \
			bs=$((max_source + 1)) count=1 2>"$work/$2/dd"; then
			grep -q 'failed to open' "$work/$2/dd" || fault "$source cannot be copied"
			echo 'not readable, or changed while it was read'
			return 1
		fi
		if [ "$(wc -c <"$work/$2/exercise.c")" -gt $max_source ]; then
			echo "too large: more than $max_source bytes"
			return 1
		fi
		changed "$1" "$place" >"$work/$2/when"
		return 0
	done
	echo 'not handed in'
	return 1
}

# changed FOLDER PLACE: when a file was changed last, in seconds since 1970;
# in a repository, when that was committed. Git does what a repository
# tells it, so it runs in the sandbox.
changed() {
	repository=$1/$2
	while [ "${repository#"$1"/}" != "$repository" ]; do
		repository=${repository%/*}
		[ -d "$repository/.git" ] || continue
		inside=$1/$2
		timeout -k 5 20 sh "$here/sandbox.sh" run "$repository" git -c 'safe.directory=*' \
			log -1 --format=%ct -- "${inside#"$repository"/}" </dev/null 2>/dev/null | grep -x '[0-9]*' && return
		break
	done
	stat -c %Y "$1/$2"
}

# alike FILE: a sum that is the same for texts that differ in names,
# comments and spaces only
alike() {
	# shellcheck disable=SC2016 # expanded by awk
	"$cc" -fpreprocessed -dD -E -P - <"$1" 2>/dev/null | grep -o '[A-Za-z_][A-Za-z_0-9]*\|[0-9][0-9A-Za-z_.]*\|[^[:space:]]' | awk '
		/^[A-Za-z_]/ && !/^bpf_|^[A-Z_0-9]*$|^(int|char|void|struct|return|if|else|while|for|do|const|static|sizeof|unsigned|long|u?int[0-9]+_t|__u[0-9]+)$/ {
			if (!($0 in name))
				name[$0] = "n" ++names
			$0 = name[$0]
		}
		{ print }' | sha256sum | cut -c1-16
}

# build NAME: compile in the sandbox. Status 0, or 1 with the compiler's
# words in $work/NAME/compiler.
build() {
	cp "$exercises/$1/exercise.h" "$batch/build/$1/call.o" "$batch/build/$1/functions" "$batch/build/player.o" "$work/$1" &&
		chmod a+rX "$work" "$work/$1" "$work/$1"/* ||
		fault "the build of $1 cannot be prepared"
	# The program comes out on stdout: nothing that the compiler can
	# reach is writable. What it says itself goes to stderr. Of the
	# student's names only the functions of the exercise are kept, so
	# that none takes the place of one of ours or of the library's.
	# shellcheck disable=SC2016,SC2086 # expanded inside; words
	timeout -k 5 $max_compile sh "$here/sandbox.sh" compile "$work/$1" sh -c '
		out=/tmp/player
		most=$1
		shift
		{ "$@" -c -o /tmp/exercise.o exercise.c &&
			objcopy --keep-global-symbols=functions /tmp/exercise.o &&
			"$@" -o $out /tmp/exercise.o call.o player.o -lbpf; } >&2 || exit 10
		[ "$(wc -c <$out)" -le "$most" ] || { echo "the program is larger than $most bytes" >&2; exit 10; }
		cat $out || exit 11
	' sh $max_program "$cc" $flags -fmax-errors=5 </dev/null >"$work/$1/player" 2>"$work/$1/compiler.all"
	status=$?
	head -c 4096 "$work/$1/compiler.all" | head -n 20 | tr -cd '\11\12\40-\176' >"$work/$1/compiler"
	# Which limit a compiler meets first, and with which number of
	# bytes, differs from run to run: the grades must not.
	! grep -qE '^[^ ]*: (out of memory|virtual memory exhausted|fatal error: .* signal terminated)' "$work/$1/compiler" ||
		: >"$work/$1/compiler"
	case $status in
	0)
		chmod a+rx "$work/$1/player" || fault "$1 cannot be made executable"
		return 0
		;;
	# The limit on processor time decides, not the clock, so that a busy
	# machine comes to the same grade. The clock is for what sleeps.
	10 | 137)
		[ -s "$work/$1/compiler" ] ||
			echo 'the compiler was stopped: it took more than 10 seconds of the processor, or too much memory' >"$work/$1/compiler"
		return 1
		;;
	124)
		echo "the compiler was stopped after $max_compile seconds" >"$work/$1/compiler"
		return 1
		;;
	*)
		fault "the sandbox failed with status $status: $(tail -n 1 "$work/$1/compiler")"
		;;
	esac
}

# points NAME REPORT: what the checks that passed are worth. The first
# check is the job itself: without it nothing counts, because code that
# does nothing breaks few rules.
points() {
	awk '
		FNR == NR { if ($1 != "title") { points[$2] = $1; if (!first) first = $2 } next }
		/^ok - / { got += points[$3]; if ($3 == first) job = 1 }
		END { print job ? got + 0 : 0 }' "$exercises/$1/points" "$2"
}

# secret_seed FILE: a number that follows from the text and from what only
# the teacher knows, so that nobody can write for the values of a run
secret_seed() {
	cat "$batch/secret" "$1" | sha256sum | awk '{
		for (i = 1; i <= 10; i++)
			n = (n * 16 + index("0123456789abcdef", substr($1, i, 1)) - 1) % 1000000
		print n
	}'
}

# prepare NAME: what there is to judge, in $work/NAME, with its seed and
# its judge. Status 1 if there is nothing: then $work/NAME/result says
# why, and $work/NAME/report tells it to the student.
prepare() {
	mkdir "$work/$1" || fault "no room in $work"
	why=$(take "$submission" "$1")
	status=$?
	[ $status -ne 3 ] || exit 3
	if [ $status -ne 0 ]; then
		echo "$why" >"$work/$1/report"
		state=refused
		[ "$why" != 'not handed in' ] || state=missing
	elif cmp -s "$work/$1/exercise.c" "$exercises/$1/stub.c"; then
		echo 'the stub, unchanged' >"$work/$1/report"
		state=unchanged
	elif ! build "$1"; then
		{
			echo 'not ok - compiles'
			sed 's/^/    | /' "$work/$1/compiler"
		} >"$work/$1/report"
		state=uncompiled
	else
		alike "$work/$1/exercise.c" >"$work/$1/alike"
		{
			[ -n "$seed" ] && echo "$seed" || secret_seed "$work/$1/exercise.c"
		} >"$work/judges/$1.seed" &&
			cp "$batch/build/$1/check" "$work/judges/$1" || fault "no room in $work"
		return 0
	fi
	echo "$state 0 $(most_points "$1")" >"$work/$1/result"
	return 1
}

# judge FOLDER NAME: the report of the judge on stdout, its status
judge() {
	exec "$1/judges/$2" --all --fence --seed "$(cat "$1/judges/$2.seed")" \
		--patience "${PATIENCE:-1}" -- \
		sh "$here/sandbox.sh" play "$1/$2" ./player
}

# judge_here, judge_in_vm: run "judge" for each NAME in $work/prepared,
# which leaves judged/NAME.out, .err and .status in $work. What is run
# before and after shows that the sandbox stands: then a failure inside
# is not ours.
judge_here() {
	mkdir "$work/judged" || fault "no room in $work"
	sh "$here/sandbox.sh" run "$work" true </dev/null || fault 'the sandbox cannot be built'
	while read -r name <&8; do
		timeout -s KILL $max_time sh "$here/grade.sh" judge "$work" "$name" </dev/null \
			>"$work/judged/$name.out" 2>"$work/judged/$name.err" 8<&-
		echo $? >"$work/judged/$name.status"
	done 8<"$work/prepared"
	sh "$here/sandbox.sh" run "$work" true </dev/null || fault 'the sandbox cannot be built any more'
}

judge_in_vm() {
	{
		echo "before sh exercises/classroom/grade.sh in_vm sandbox.sh run '$work' true"
		while read -r name; do
			echo "$name sh exercises/classroom/grade.sh in_vm grade.sh judge '$work' $name"
		done <"$work/prepared"
		echo "after sh exercises/classroom/grade.sh in_vm sandbox.sh run '$work' true"
	} >"$work/cases"
	VM_FOLDER=$work VM_TOOLS=$(printf '%s\n' bwrap setpriv prlimit "$batch/build/player") VM_TIMEOUT=$max_time VM_MEMORY=1024 \
		sh "$exercises/../machines/qemu/vm.sh" cases "$work/cases" "$work/judged" \
		</dev/null >/dev/null 2>"$work/vm" || fault "$(tail -n 1 "$work/vm")"
	for name in before after; do
		[ "$(cat "$work/judged/$name.status")" -eq 0 ] ||
			fault "the sandbox in the virtual machine cannot be built: $(head -n 1 "$work/judged/$name.err")"
	done
}

most_points() {
	awk '$1 != "title" { n += $1 } END { print n }' "$exercises/$1/points"
}

# conclude NAME: $work/NAME/report and $work/NAME/result, of what the
# judge said
conclude() {
	status=$(cat "$work/judged/$1.status") && cp "$work/judged/$1.out" "$work/$1/report" ||
		fault "the report on $1 cannot be read"
	of=$(most_points "$1")
	case $status in
	0 | 1) ;;
	77)
		echo "skipped 0 0" >"$work/$1/result"
		return
		;;
	124 | 137) fault "$1: its judge had not ended after $max_time seconds" ;;
	*) fault "$1: $(head -n 1 "$work/judged/$1.err")" ;;
	esac
	got=$(points "$1" "$work/$1/report")
	state=partly
	[ "$got" -ne "$of" ] || state='done'
	[ "$got" -ne 0 ] || state=failing
	echo "$state $got $of" >"$work/$1/result"
}

page() {
	awk '{ got += $3; of += $4 } END { printf "Points: %d of %d\n\n", got, of }' "$1"
	echo '| exercise | state | points |'
	echo '| --- | --- | ---: |'
	awk '{ printf "| %s | %s | %d of %d |\n", $1, $2, $3, $4 }' "$1"
	while read -r name state got of _; do
		printf '\n## %s: %s\n\n' "$name" "$(sed -n 's/^title //p' "$exercises/$name/points")"
		printf '%s, %s of %s points.\n\n' "$state" "$got" "$of"
		# Four more columns make it verbatim, whatever it contains.
		sed "s/^/    /; s/again     SEED/again     make check-${name%%_*} SEED/" "$work/$name/report"
		# Which one it was is said if there were several.
		lines_of <"$work/$name/hand_ins" | sed 's/^[^ ]* /    /' >"$work/files"
		[ "$(wc -l <"$work/files")" -lt 2 ] || {
			printf '\nOf these files, the first one was graded, which was changed last:\n\n'
			cat "$work/files"
		}
	done <"$1"
	[ ! -s "$work/near" ] || {
		printf '\n## Not graded, because of their names\n\n'
		sed 's/^/    /' "$work/near"
	}
}

# near_misses: the files that look like an exercise that was handed in and
# were not taken for one
near_misses() {
	cat "$work"/*/hand_ins | sed -z 's/^[^ ]* //' | lines_of >"$work/taken"
	words=$(exercises | sed 's/^[^_]*_//' | paste -s -d '|')
	find "$submission/" -maxdepth 7 \( -name .git -o -name __MACOSX -o -name code -o -name exercises \) -prune -o \
		-type f -regextype posix-extended \
		-iregex ".*/([^/]*[^0-9a-z/])?[a-z]{0,8}0?[1-9][ _.-]?[ab]([^a-z0-9/][^/]*)?\\.[a-z]+|.*($words)[^/]*\\.[a-z]+" -printf '%P\0' |
		lines_of | grep -vxF -f "$work/taken" | sort
}

# lines_of: names that end with a NUL, each as a line that can be printed
lines_of() {
	tr '\0\n' '\n?' | sed 's/[^ -~]/?/g'
}

# results_json RESULTS: a student's results, as the autograder of Gradescope
# reads them (https://gradescope-autograders.readthedocs.io): a test for
# each check, with its points
results_json() {
	printf '{"score": %s, "tests": [' "$(awk '{ n += $3 } END { print n + 0 }' "$1")"
	between=
	while read -r name state got of _; do
		tr -cd '\11\12\40-\176' <"$work/$name/report" | awk -v name="$name" -v state="$state" -v between="$between" '
			function text(s) {
				gsub(/\\/, "\\\\", s)
				gsub(/"/, "\\\"", s)
				gsub(/\t/, "\\t", s)
				return s
			}
			FNR == NR {
				if ($1 != "title" && NF) {
					check[++n] = $2
					points[n] = $1
				}
				next
			}
			/^(ok|not ok) - / {
				at = $1 == "ok" ? $3 : $4
				passed[at] = $1 == "ok"
				asked[at]
				next
			}
			{ said[at] = said[at] text($0) "\\n" }
			END {
				for (i = 1; i <= n; i++) {
					c = check[i]
					got = passed[c] && passed[check[1]] ? points[i] : 0
					printf "%s\n  {\"name\": \"%s: %s\", \"number\": \"%s.%d\", \"score\": %d, \"max_score\": %d, \"status\": \"%s\", \"output\": \"%s\"}",
						(i > 1) ? "," : between, name, c, substr(name, 1, index(name, "_") - 1), i, got, points[i],
						passed[c] ? "passed" : "failed", (c in asked) ? said[c] : state "\\n" said[""] said["compiles"]
				}
			}' "$exercises/$name/points" -
		between=,
	done <"$1"
	printf '\n], "extra_data": {'
	awk '{
		printf "%s\n  \"%s\": {\"state\": \"%s\", \"seed\": %s, \"changed\": %s, \"sha256\": \"%s\"}",
			(NR > 1) ? "," : "", $1, $2, ($5 == "-") ? "null" : $5, ($6 == "-") ? "null" : $6, ($7 == "-") ? "" : $7
	}' "$1"
	printf '\n}}\n'
}

# facts NAME: seed, date and two sums of what was handed in, and whether it
# is marked as late, or a - for each
facts() {
	for file in "$work/judges/$1.seed" "$work/$1/when"; do
		cat "$file" 2>/dev/null || echo -
	done
	{ sha256sum "$work/$1/exercise.c" 2>/dev/null || echo -; } | sed 's/ .*//'
	cat "$work/$1/alike" 2>/dev/null || echo -
	# Canvas marks what it took after the date.
	head -z -n 1 "$work/$1/hand_ins" 2>/dev/null | tr '\0\n' '\n?' | grep -o _LATE_ || echo -
}

one() {
	umask 022 # the sandbox reads what is made here
	out=$1 number=$2
	batch=$out/.batch
	{ read -r cc && read -r seed && read -r in && read -r finished; } <"$batch/settings" || fault "$batch is not complete"
	flags=$(cat "$batch/build/flags") || fault "$batch is not complete"
	submission=$batch/submissions/$number
	[ -r "$submission/." ] && [ -x "$submission/." ] || fault 'its folder may not be read'
	MEMORY_CGROUP=
	work=$(mktemp -d) || fault 'no room for temporary files'
	trap clean_up EXIT
	trap 'exit 130' INT TERM HUP
	mkdir "$work/judges" && chmod 755 "$work" || fault 'no room for temporary files'
	make_cgroup

	: >"$work/prepared"
	for name in $(exercises); do
		! prepare "$name" || echo "$name" >>"$work/prepared"
	done
	if [ "$in" = vm ]; then
		judge_in_vm
	else
		judge_here
	fi
	while read -r name; do
		conclude "$name"
	done <"$work/prepared"
	for name in $(exercises); do
		echo "$name $(cat "$work/$name/result") $(facts "$name" | paste -s -d ' ')"
	done >"$work/results" || fault "no room in $work"
	near_misses >"$work/near"
	! grep -qv ' missing ' "$work/results" || found=yes
	[ -n "${found:-}" ] || printf '%s handed in no exercise: no file is named like %s.c or %s.c.\n' \
		"$(cat "$batch/names/$number")" "$name" "${name%%_*}" >&2
	page "$work/results" >"$work/page" || fault 'the page cannot be written'
	results_json "$work/results" >"$work/json" || fault 'the results cannot be written'

	# Of a batch that was killed, and begun once more, there is no such
	# folder any longer: what was graded among its files is not believed.
	mkdir "$finished/$number.new" &&
		cp "$work/page" "$work/results" "$work/json" "$work/near" "$batch/keys/$number" "$finished/$number.new" &&
		mv "$finished/$number.new/$number" "$finished/$number.new/key" &&
		mv "$finished/$number.new" "$finished/$number" ||
		fault "the result cannot be written to $batch"
}

# --- the class -------------------------------------------------------------

# What a result depends on beside the submission.
grader_key() {
	{
		cat "$here"/*.[ch] "$here"/*.sh "$exercises"/*_*/check.c "$exercises"/*_*/points "$exercises"/*_*/call.c "$batch/secret"
		echo "${CC:-cc} ${SEED:-} ${IN:-}"
	} | cksum
}

# key FOLDER: what a student's result depends on. If it is as it was, the
# result stays.
key() {
	{
		cat "$batch/grader"
		case $1 in
		"$batch"/*) find "$1" -type f -printf '%P %T@\n' -exec cat {} + ;;
		# A change of the contents always changes the last of the times.
		*) find "$1" -mindepth 1 -printf '%P %y %s %T@ %C@ %l\0' | sort -z ;;
		esac
	} | cksum
}

# keep_done: what is graded goes to $graded/NAME, whole
keep_done() {
	mkdir -p "$graded" || return 1
	for folder in "$batch"/finished.*/*; do
		number=${folder##*/}
		[ "${number%.new}" = "$number" ] && [ -e "$folder/key" ] || continue
		name=$(cat "$batch/names/$number") &&
			rm -rf "${graded:?}/$name" && mv "$folder" "$graded/$name" || return 1
	done
}

# unpack: files that lie in SUBMISSIONS itself, as Canvas packs them: one
# folder a student, $batch/flat/NAME, made of name_123_456_02a.c. What
# comes late has a LATE there; Canvas counts a file that was handed in
# again in its name: 02a-1.c.
unpack() {
	for file in "$submissions"/*; do
		[ -f "$file" ] && [ ! -L "$file" ] || continue
		name=${file##*/}
		student=$(printf %s "$name" | LC_ALL=C sed -nzE 's/^([^_]+)_(LATE_)?([0-9]+)_([0-9]+_)*[^_0-9].*\.[a-zA-Z]+$/\1_\3/p; s/^([^_]+)_(LATE_)?([0-9]+)_([0-9]+_)*[0-9]{2}[a-z][ _.(-].*$/\1_\3/p' | head -z -n 1 | tr -d '\0')
		if [ -z "$student" ]; then
			printf 'ignored, not a folder: %s\n' "$(encode "$name")" >&2
			continue
		fi
		mkdir -p "$batch/flat/$student" &&
			cp -p --sparse=always "$file" "$batch/flat/$student/$name" || die "$out cannot be written"
	done
}

# keep_secret: $batch/secret is what this tree's teacher keeps in
# classroom/secret, made at the first batch
keep_secret() {
	(
		umask 077
		[ -s "$here/secret" ] ||
			{ od -An -N32 -tx1 /dev/urandom >"$here/secret.new" && mv "$here/secret.new" "$here/secret"; } || exit 1
		{ [ -z "${SUDO_UID:-}" ] || chown "$SUDO_UID:${SUDO_GID:-0}" "$here/secret"; } &&
			cp "$here/secret" "$batch/secret"
	) || die "$here/secret cannot be read, or made."
}

# begin: number the submissions and build the judges
begin() {
	# Some of a batch that was killed may still run: out of its way first.
	[ ! -e "$batch" ] || {
		old=$(mktemp -d "$out/.old.XXXXXX") && mv "$batch" "$old" && rm -rf "$old"
	} || die "$batch cannot be removed"
	mkdir -p "$batch/submissions" "$batch/names" "$batch/keys" || die "$out cannot be written"
	keep_secret
	grader_key >"$batch/grader"
	unpack
	count=0 same=0
	for folder in "$submissions"/* "$submissions"/.[!.]* "$submissions"/..?* "$batch/flat"/*; do
		name=${folder##*/}
		# Moodle's way to say whose it is.
		name=${name%_assignsubmission_file*}
		[ -d "$folder" ] || continue
		[ -z "${ONLY:-}" ] || [ "$ONLY" = "$name" ] || [ "$ONLY" = "$(encode "$name")" ] || continue
		if [ -L "$folder" ]; then
			printf 'ignored, a symbolic link: %s\n' "$(encode "$name")" >&2
			continue
		fi
		count=$((count + 1))
		number=$(printf %05d $count)
		encoded=$(encode "$name")
		key "$folder" >"$batch/keys/$number" || die "$batch cannot be written"
		if [ -z "${ONLY:-}" ] && cmp -s "$batch/keys/$number" "$graded/$encoded/key"; then
			same=$((same + 1))
			continue
		fi
		rm -rf "${graded:?}/$encoded" &&
			ln -s "$folder" "$batch/submissions/$number" &&
			printf '%s\n' "$encoded" >"$batch/names/$number" ||
			die "$batch cannot be written"
	done
	[ "$count" -gt 0 ] || die "There is no submission${ONLY:+ of $ONLY} in $submissions."
	[ "$same" -eq 0 ] || echo "Going on: $same of $count are as they were when they were graded."
	finished=$(mktemp -d "$batch/finished.XXXXXX") && chmod 755 "$finished" &&
		printf '%s\n' "${CC:-cc}" "${SEED:-}" "${IN:-}" "$finished" >"$batch/settings" &&
		make --no-print-directory -s -C "$exercises" -f classroom/Makefile ${CC:+CC="$CC"} BUILD="$batch/build" tools >"$batch/log" 2>&1 || {
		cat "$batch/log" >&2
		die 'The checks cannot be built.'
	}
	if [ "${IN:-}" = vm ]; then
		# It tells the virtual machine which libraries a player needs:
		# of a stranger's player nobody asks that out here.
		# shellcheck disable=SC2046 # words
		(cd "$exercises" && set -- *_*/stub.c && ${CC:-cc} $(cat "$batch/build/flags") -I "${1%/*}" \
			-o "$batch/build/player" "$1" "$batch/build/${1%/*}/call.o" "$batch/build/player.o" -lbpf) ||
			die 'The program that stands for what is handed in cannot be built.'
	fi
}

# summary TABLE: for each exercise, how many are done, and which check
# refused the most; who was late, which texts are alike, what was not
# understood. Only names of checks are believed: a page also shows
# what a student's program printed.
summary() {
	echo '| exercise | handed in | done | refused the most |'
	echo '| --- | ---: | ---: | --- |'
	while read -r name; do
		awk '$1 ~ /^[0-9]+$/ { print $2 }' "$exercises/$name/points" >"$new/checks"
		cat "$graded"/*/page 2>/dev/null | awk -v name="$name" '
			FNR == NR { check[$1]; next }
			/^## / { here = $2 == name ":" }
			here && /^    not ok - / && $4 in check { caught[$4]++ }
			END {
				for (c in caught)
					if (caught[c] > most || caught[c] == most && c < worst) {
						most = caught[c]
						worst = c
					}
				if (most)
					printf "%s, %d times", worst, most
			}' "$new/checks" - >"$new/worst"
		awk -v name="$name" -v worst="$(cat "$new/worst")" '
			$2 == name && $3 !~ /^(missing|unchanged)$/ { n++ }
			$2 == name && $3 == "done" { done++ }
			END { printf "| %s | %d | %d | %s |\n", name, n, done, worst }' "$1"
	done <"$batch/exercises"
	if [ -n "$due" ]; then
		printf '\n## Later than %s\n\n' "$(date -d "@$due" '+%Y-%m-%d %H:%M %Z')"
		while read -r number name state _ _ _ when _ _ late; do
			[ "$(is_late "$when" "$late")" = 1 ] || continue
			printf -- '- %s: %s, %s\n' "$(cat "$new/names/$number")" "${name%%_*}" \
				"$([ "$when" = - ] && echo marked || date -d "@$when" '+%Y-%m-%d %H:%M')"
		done <"$1"
	fi
	# A sum that several have, for an exercise.
	awk '$9 != "-" && NF > 8 { n[$2 " " $9]++ } END { for (k in n) if (n[k] > 1) print k }' "$1" | sort >"$new/sums"
	if [ -s "$new/sums" ]; then
		printf '\n## Equal but for names, comments and spaces\n\n'
		printf 'In a short exercise that is bound to happen. It is a hint, and no more.\n\n'
		while read -r name sum; do
			printf -- '- %s: ' "${name%%_*}"
			awk -v name="$name" -v sum="$sum" '$2 == name && $9 == sum { print $1 }' "$1" | while read -r number; do
				cat "$new/names/$number"
			done | paste -s -d , | sed 's/,/, /g'
		done <"$new/sums"
	fi
	if cat "$graded"/*/near 2>/dev/null | grep -q .; then
		printf '\n## Not graded, because of their names\n\n'
		for number in $(cd "$new/names" && echo *); do
			name=$(cat "$new/names/$number")
			[ -s "$graded/$name/near" ] || continue
			while IFS= read -r file; do
				# shellcheck disable=SC2016 # Markdown
				printf -- '- %s: `%s`\n' "$name" "$file"
			done <"$graded/$name/near"
		done
	fi
}

# is_late WHEN MARK: 1 if a file of that date, or with that mark, is late
is_late() {
	[ -n "$due" ] || return 0
	case $2 in
	_LATE_) echo 1 ;;
	*) [ "$1" = - ] || [ "$1" -le "$due" ] || echo 1 ;;
	esac
}

# collect: write OUT's files from the results, whole or not at all
collect() {
	new=$batch/out
	rm -rf "$new"
	mkdir -p "$new/feedback" "$new/results" "$new/names" || return 1
	: >"$new/table"
	{
		cat "$batch/names"/* 2>/dev/null
		for folder in "$graded"/*; do
			[ ! -e "$folder/key" ] || printf '%s\n' "${folder##*/}"
		done
	} | sort -u >"$new/students"
	number=10000
	while read -r name; do
		number=$((number + 1))
		printf '%s\n' "$name" >"$new/names/$number" || return 1
		if [ -e "$graded/$name/key" ]; then
			{
				printf '# Feedback for %s\n\n' "$name"
				cat "$graded/$name/page"
			} >"$new/feedback/$name.md" &&
				cp "$graded/$name/json" "$new/results/$name.json" || return 1
			sed "s/^/$number /" "$graded/$name/results" >>"$new/table" || return 1
		else
			echo "$number - fault 0 0" >>"$new/table"
		fi
	done <"$new/students"
	# For the tables: a column more, which says what is late.
	while read -r line; do
		# shellcheck disable=SC2086 # words
		set -- $line
		echo "$line $([ $# -lt 10 ] || is_late "$7" "${10}")"
	done <"$new/table" >"$new/dated"
	for format in csv json; do
		awk -v format=$format -v names="$new/names" '
		function quoted(text) {
			gsub(/"/, format == "json" ? "\\\"" : "\"\"", text)
			return "\"" text "\""
		}
		FNR == NR { exercise[++n] = $0; next }
		{
			if (!($1 in seen)) {
				seen[$1] = 1
				order[++students] = $1
				getline name[$1] <(names "/" $1)
			}
			state[$1, $2] = $3
			points[$1, $2] = $4
			late[$1] += $11
			got[$1] += $4
			of[$1] += $5
			if ($3 == "fault")
				fault[$1] = 1
		}
		END {
			if (format == "csv") {
				printf "student,points,of,state"
				for (j = 1; j <= n; j++)
					printf ",%s", exercise[j]
				for (j = 1; j <= n; j++)
					printf ",%s state", exercise[j]
				printf ",late"
				printf "\r\n"
			} else
				printf "{\"students\": ["
			for (i = 1; i <= students; i++) {
				s = order[i]
				if (format == "csv") {
					printf "%s", quoted(name[s])
					if (fault[s])
						printf ",,,not graded: a fault of the grader"
					else
						printf ",%d,%d,graded", got[s], of[s]
					for (j = 1; j <= n; j++)
						printf ",%s", fault[s] ? "" : points[s, exercise[j]]
					for (j = 1; j <= n; j++)
						printf ",%s", fault[s] ? "" : state[s, exercise[j]]
					printf ",%s\r\n", fault[s] ? "" : late[s] + 0
					continue
				}
				printf "%s\n  {\"student\": %s, ", (i > 1) ? "," : "", quoted(name[s])
				if (fault[s]) {
					printf "\"state\": \"not graded: a fault of the grader\"}"
					continue
				}
				printf "\"state\": \"graded\", \"points\": %d, \"of\": %d, \"exercises\": {", got[s], of[s]
				for (j = 1; j <= n; j++)
					printf "%s\n    \"%s\": {\"state\": \"%s\", \"points\": %d}", (j > 1) ? "," : "",
						exercise[j], state[s, exercise[j]], points[s, exercise[j]]
				printf "}}"
			}
			if (format == "json")
				printf "\n]}\n"
		}' "$batch/exercises" "$new/dated" >"$new/grades.$format" || return 1
	done
	summary "$new/table" >"$new/summary.md" || return 1
	rm -rf "$out/feedback" "$out/results" &&
		mv "$new/summary.md" "$out/summary.md" &&
		mv "$new/feedback" "$out/feedback" &&
		mv "$new/results" "$out/results" &&
		mv "$new/grades.csv" "$out/grades.csv" &&
		mv "$new/grades.json" "$out/grades.json"
}

batch() {
	[ -n "$1" ] && [ -n "$2" ] || die 'Say what to grade, and where the grades go: make grade SUBMISSIONS=dir OUT=dir'
	sh "$exercises/../tools/requirements.sh" check build grade || exit 2
	if [ "${IN:-}" = vm ]; then
		# This also fetches what a virtual machine needs.
		sh "$exercises/../machines/qemu/vm.sh" run true || die 'The virtual machine, which IN=vm asks for, cannot be started.'
	elif [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null 2>&1 ||
			die 'The grader builds sandboxes, which takes root, and there is no sudo here. With IN=vm it takes none.'
		exec sudo --preserve-env=PATH,CC,SEED,ONLY,DUE,JOBS,SSHLOGINFILE,CI,TZ sh "$here/grade.sh" batch "$1" "$2"
	fi
	submissions=$(cd "$1" 2>/dev/null && pwd -P) || die "$1 is not a folder"
	mkdir -p "$2" && out=$(cd "$2" && pwd -P) || die "$2 cannot be made"
	case $out/ in
	"$submissions"/*) die 'OUT lies inside SUBMISSIONS: the grades would be handed in.' ;;
	esac
	case $submissions/ in
	"$out"/*) die 'SUBMISSIONS lies inside OUT, which the grader writes over.' ;;
	esac
	due=
	[ -z "${DUE:-}" ] || due=$(date -d "$DUE" +%s 2>/dev/null) ||
		die "DUE=$DUE is not a date: write it as in DUE=\"2026-11-20 18:00\"."
	batch=$out/.batch graded=$out/.graded
	[ ! -e "$out/feedback" ] || [ -e "$out/grades.csv" ] || [ -e "$batch" ] ||
		die "$out/feedback is not the grader's: give an OUT that is empty."

	exec 9>"$out/.lock" && flock -n 9 || die "Somebody else is grading into $out."
	# What a batch that was killed has done.
	keep_done || die "The grades cannot be written to $out."
	begin
	exercises >"$batch/exercises" || die "$batch cannot be written"

	bar=
	[ ! -t 2 ] || bar=--bar
	(
		cd "$batch/names" && find . -type f | sed 's|^./||' | sort
	) | parallel --will-cite --no-run-if-empty --ungroup $bar --jobs "${JOBS:-100%}" \
		${SSHLOGINFILE:+--sshloginfile "$SSHLOGINFILE"} \
		sh "$here/grade.sh" one "$out" 9>&-
	failed=$((count - same - $(find "$finished" -name key 2>/dev/null | wc -l)))
	keep_done && collect || die "The grades cannot be written to $out."
	[ -z "${SUDO_UID:-}" ] || chown -R "$SUDO_UID:${SUDO_GID:-0}" "$out"
	stopped=$(grep -c ' uncompiled ' "$new/table")
	[ "$stopped" -eq 0 ] || echo "Exercises that do not compile: $stopped."
	others=$(($(wc -l <"$new/students") - count))
	[ "$others" -eq 0 ] || echo "Of earlier gradings, $others more are kept."
	echo "$((count - failed)) of $count submissions are graded: see $out/grades.csv, $out/summary.md and $out/feedback/."
	if [ "$failed" -gt 0 ]; then
		echo 'The others were stopped by faults of the grader, not of the students. Put' >&2
		echo 'right what was said above, then run the same command again.' >&2
		exit 3
	fi
	rm -rf "$batch" "$out/.lock"
}

case ${1-} in
batch) batch "${2-}" "${3-}" ;;
one) one "$2" "$3" ;;
judge) judge "$2" "$3" ;;
in_vm)
	# In the guest, each call has a cgroup of its own, and the tools
	# that vm.sh brought come before those of busybox.
	shift
	export PATH="/usr/bin:$PATH" PATIENCE=5 # its processor is emulated
	make_cgroup
	script=$1
	shift
	sh "$here/$script" "$@"
	status=$?
	remove_cgroup
	exit $status
	;;
points) points "$2" "$3" ;;
*)
	sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
