#!/bin/sh
# SPDX-License-Identifier: MIT
# The grader grades a class of strangers: good work gets its points, a
# hostile submission gets none and harms nobody, and the same class gets
# the same files, however often the batch is started or killed.
# shellcheck disable=SC2015,SC2086,SC2317 # "ok" calls the functions
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
need bwrap parallel flock setpriv ps
[ "$(id -u)" -eq 0 ] || skip_all 'the grader needs root: run sudo make test'
need_bpf

# One grader at a time on this machine: what another one runs would look
# left over.
exec 7</sys/fs/cgroup && flock 7

# cgroups: those of graders. What was there before us is not ours.
cgroups() {
	find /sys/fs/cgroup /sys/fs/cgroup/memory -maxdepth 1 -name 'bpf_grade_*' 2>/dev/null | sort
}
cgroups >"$tmp/cgroups"

exercise=02a_first_writer_wins
folder=$code/exercises/$exercise
class=$tmp/class
few=$tmp/few

# hand_in STUDENT FILE: FILE becomes a submission of STUDENT
hand_in() {
	mkdir -p "$class/$1/$exercise" && cp "$2" "$class/$1/$exercise/exercise.c"
}

grade() {
	sh "$code/exercises/classroom/grade.sh" batch "$@"
}

# points STUDENT [OUT]: what grades.csv says
points() {
	awk -F, -v s="\"$1\"" '$1 == s { print $2 }' "${2:-$tmp/out}/grades.csv"
}

has_points() {
	[ "$(points "$1")" = "$2" ] || {
		echo "expected $2 points for $1, got \"$(points "$1")\""
		cat "$tmp/out/feedback/$1.md"
		return 1
	}
}

is_told() {
	grep -qF "$2" "$tmp/out/feedback/$1.md" || {
		echo "expected: $2"
		sed -n "/^## $exercise/,/^## 02b/p" "$tmp/out/feedback/$1.md"
		return 1
	}
}

# sentence FILE: what a hostile program must be told
sentence() {
	awk 'index($0, "/* Sentence: ") == 1 {
		text = substr($0, 14)
		while (text !~ /\*\/$/ && (getline line) > 0)
			text = text " " substr(line, 4)
		sub(/ *\*\/$/, "", text)
		print text
	}' "$1"
}

# --- the class ---

newline='new
line'
long=$(printf '%0250d' 7)
longer=$(printf '%0250d' 8)
for name in ana 'two words' "$newline" -rf '=1+1' 'say "hi", all' 'José' '..dots' "back\\" '<b>' "$(printf 'latin-\351')" "$long" "$longer" "it's \$HOME; \`id\`"; do
	hand_in "$name" "$folder/solution.c"
done
# What comes along is ignored, above all another check.
printf 'int main(void) { return 0; }\n' >"$class/ana/$exercise/check.c"
printf '#error mine\n' >"$class/ana/$exercise/exercise.h"
printf 'all:\n\tfalse\n' >"$class/ana/Makefile"
hand_in part "$folder/wrong/looks_first.c"
hand_in stub "$folder/stub.c"
mkdir -p "$class/flat" "$class/nothing" "$class/short" "$class/short_folder/02a" \
	"$class/tree/code/exercises/$exercise" "$class/linked_tree" "$class/other_name"
cp "$folder/solution.c" "$class/flat/$exercise.c"
cp "$folder/solution.c" "$class/short/02a.c"
cp "$folder/solution.c" "$class/short_folder/02a/exercise.c"
cp "$folder/solution.c" "$class/tree/code/exercises/$exercise/exercise.c"
cp "$folder/solution.c" "$class/other_name/first_writer_wins.c"
ln -s "$class/tree/code" "$class/linked_tree/code"

for name in directory broken_link outside huge pipe; do
	mkdir -p "$class/$name/$exercise"
done
mkdir "$class/directory/$exercise/exercise.c"
ln -s nowhere "$class/broken_link/$exercise/exercise.c"
ln -s "$folder/solution.c" "$class/outside/$exercise/exercise.c"
truncate -s 1G "$class/huge/$exercise/exercise.c"
mkfifo "$class/pipe/$exercise/exercise.c"
mkdir "$class/linked_folder"
ln -s "$folder" "$class/linked_folder/$exercise"
ln -s / "$class/not_a_student"
: >"$class/a_file"

# Its functions have names that the player and libbpf use themselves.
mkdir -p "$class/names/$exercise"
sed 's/^int claim/int sendmsg(int a, void *b, int c) { (void)a; (void)b; return -c; }\n&/
	s/^int claim/int fcntl(int a, int b, int c) { return a + b + c; }\n&/
	s/^int claim/int bpf_map_lookup_elem_flags(void) { return 0; }\n&/' \
	"$folder/solution.c" >"$class/names/$exercise/exercise.c"
# The same text, many times, on a machine that is busy with it.
for number in 1 2 3 4 5 6 7 8; do
	hand_in "copy_$number" "$folder/wrong/looks_often.c"
	cp "$code/exercises/07a_rate_limiter/wrong/gives_up_in_a_race.c" "$class/copy_$number/07a.c"
	cp "$code/exercises/06b_sweep_expired/wrong/stops_when_a_lease_is_gone.c" "$class/copy_$number/06b.c"
done

hand_in locked "$folder/solution.c"
chmod 0 "$class/locked/$exercise/exercise.c"
for file in "$code"/tests/hostile/*.c "$code"/tests/hostile/sandboxed/*.c; do
	name=${file##*/}
	hand_in "${name%.c}" "$file"
done

# --- refusals ---

mkdir "$tmp/bin" && ln -s /usr/bin/* "$tmp/bin" && rm "$tmp/bin/bwrap"
refuses_without_bwrap() {
	PATH=$tmp/bin grade "$class" "$tmp/none" >"$tmp/said" 2>&1
	[ $? -eq 2 ] && grep -q bubblewrap "$tmp/said" && [ ! -e "$tmp/none" ]
}
ok 'without bubblewrap the grader refuses and says what to install' refuses_without_bwrap

refuses() {
	! grade "$@" >"$tmp/said" 2>&1 && [ ! -e "$tmp/none/grades.csv" ]
}
ok 'it refuses without SUBMISSIONS and OUT' refuses '' ''
ok 'it refuses a class that is not there' refuses "$tmp/nobody" "$tmp/none"
ok 'it refuses to write into the submissions' refuses "$class" "$class/out"
rm -rf "$class/out"
ok 'it refuses submissions inside the folder that it writes over' refuses "$class" "$tmp"
mkdir -p "$tmp/mine/feedback" && : >"$tmp/mine/feedback/notes"
ok 'it refuses a folder with feedback that is not its own' refuses "$class" "$tmp/mine"
ok '  and leaves that alone' test -e "$tmp/mine/feedback/notes"

# --- the grades ---

grades_the_class() {
	grade "$class" "$tmp/out" >"$tmp/said" 2>&1 || {
		cat "$tmp/said"
		return 1
	}
}
ok 'a class of strangers is graded' grades_the_class
ok '  a file that is no folder is named' grep -qx 'ignored, not a folder: a_file' "$tmp/said"
ok '  and who handed in nothing under a known name' grep -q '^other_name handed in no exercise' "$tmp/said"
ok '  and nobody else' not grep -q '^ana handed in no exercise' "$tmp/said"
ok '  and how much does not compile' grep -q '^Exercises that do not compile: [1-9]' "$tmp/said"
for name in ana 'two words' 'new%0Aline' %2Drf %3D1+1 'José' %2E.dots 'back%5C' %3Cb%3E 'latin-%E9' "it's \$HOME; %60id%60" flat short short_folder tree locked; do
	ok "full points for $name" has_points "$name" 10
done
ok 'a name with a comma and quotes is quoted' grep -q '^"say ""hi"", all",10,' "$tmp/out/grades.csv"
two_long_names() {
	[ "$(find "$tmp/out/feedback" -name '0000*%~*.md' | wc -l)" -eq 2 ]
}
ok 'names that are too long are cut, and stay two' two_long_names
same_pages() {
	for number in 2 3 4 5 6 7 8; do
		sed 1d "$tmp/out/feedback/copy_$number.md" >"$tmp/copy"
		sed 1d "$tmp/out/feedback/copy_1.md" | diff - "$tmp/copy" || return 1
	done
}
ok 'the same text gets the same page, eight times' same_pages
ok 'partial credit for a job that loses a race' has_points part 7
ok 'nothing for a stub' has_points stub 0
ok 'nothing for nothing' has_points nothing 0
ok 'a missing file is told' is_told nothing 'not handed in'
ok 'a directory is told' is_told directory 'not a file'
ok 'a pipe is told' is_told pipe 'not a file'
ok 'a broken link is told' is_told broken_link 'a symbolic link'
ok 'a link to outside is told' is_told outside 'a symbolic link'
ok 'a linked tree is told' is_told linked_tree 'a symbolic link'
ok 'a stub is told' is_told stub 'the stub, unchanged'
ok 'a linked folder is told' is_told linked_folder 'a symbolic link'
ok 'a huge file is told' is_told huge 'too large'
ok 'a folder that is a link is nobody' test ! -e "$tmp/out/feedback/not_a_student.md"

for file in "$code"/tests/hostile/*.c "$code"/tests/hostile/sandboxed/*.c; do
	name=${file##*/}
	name=${name%.c}
	ok "nothing for $name" has_points "$name" 0
	said=$(sentence "$file")
	[ -z "$said" ] || ok "$name is told what it did" is_told "$name" "$said"
done
ok 'a compiler error is shown' is_told does_not_compile "expected ';'"
ok 'a second main is not seen' is_told has_its_own_main 'A claim of a free address stores'
ok 'a name of the library is not seen either' has_points names 10
ok 'a device has no end, and is not there' is_told reads_without_end 'No such file'
ok 'the password file is out of reach' is_told reads_the_password_file 'No such file'
ok 'a compiler without end is stopped' is_told compiles_for_minutes 'the compiler was stopped'
ok 'the sandbox refuses all that a stranger may not do' not is_told looks_around ALLOWED
ok 'and it was tried' is_told looks_around 'network: refused'
ok 'the memory of maps is limited too' not is_told hoards_maps ALLOWED

# Another grader at work here has some, too; those go.
running() {
	{
		ps -eo uid,pid,args | awk '$1 >= 200000 && $1 < 300000'
		cgroups | comm -13 "$tmp/cgroups" -
	} | sort
}
nothing_left() {
	running >"$tmp/left"
	for _ in $(seq 120); do
		[ -s "$tmp/left" ] || return 0
		sleep 1
		running | comm -12 "$tmp/left" - >"$tmp/still" && mv "$tmp/still" "$tmp/left"
	done
	cat "$tmp/left"
	return 1
}
ok 'no process and no cgroup is left' nothing_left

# What another program must not see of the grades, this one keeps to itself.
keeps_the_umask() {
	(umask 077 && grade "$few" "$tmp/private" >"$tmp/said" 2>&1) &&
		[ "$(stat -c %a "$tmp/private/grades.csv")" = 600 ]
}

json_is_json() {
	perl -MJSON::PP -0777 -ne '
		$class = decode_json($_)->{students};
		($ana) = grep { $_->{student} eq "ana" } @$class;
		exit !($ana->{points} == 10 && $ana->{exercises}{"02a_first_writer_wins"}{state} eq "done");
	' "$tmp/out/grades.json"
}
ok 'grades.json is JSON and says the same' json_is_json

# The line of the summary, counted in another way: from grades.json, and
# page by page.
summary_says() {
	states=$(sed -n "s/.*\"$exercise\": {\"state\": \"\([a-z]*\)\".*/\\1/p" "$tmp/out/grades.json")
	handed_in=$(echo "$states" | grep -cvx 'missing\|unchanged')
	# shellcheck disable=SC2013 # words
	worst=$(for check in $(sed -n 's/^[0-9]* //p' "$folder/points" | sort); do
		echo "$(for page in "$tmp/out/feedback"/*; do
			sed -n "/^## $exercise:/,/^## 02b/p" "$page" | grep "^    not ok - $check\$"
		done | wc -l) $check"
	done | sort -s -k1,1nr | head -n 1)
	grep -x "| $exercise | $handed_in | $(echo "$states" | grep -cx "done") | ${worst#* }, ${worst%% *} times |" "$1"
}
ok 'summary.md counts what was handed in, and what refused the most' summary_says "$tmp/out/summary.md"
sed 's/, [0-9]* times/, 1 times/' "$tmp/out/summary.md" >"$tmp/summary"
ok '  and another count is seen' not summary_says "$tmp/summary"

# --- the same again ---

ok 'the class is graded once more' grade "$class" "$tmp/again"
ok 'the files are the same' diff -r "$tmp/out" "$tmp/again"

for name in ana part exits leaks prints_a_pass stub -rf "$newline"; do
	mkdir -p "$few" && cp -r "$class/$name" "$few/"
done
ok 'a smaller class is graded' grade "$few" "$tmp/few_out"
ok 'the umask of the teacher is kept' keeps_the_umask

# Kill the batch, all of it, when it has some results.
killed() {
	setsid sh "$code/exercises/classroom/grade.sh" batch "$few" "$tmp/killed" >"$tmp/said" 2>&1 &
	pid=$!
	for _ in $(seq 6000); do
		[ "$(find "$tmp/killed/.batch" -path "*/finished.*/key" 2>/dev/null | wc -l)" -lt 2 ] || break
		sleep 0.1
	done
	kill -KILL -$pid
	wait $pid
	# Nobody was left to remove them; a grader would, in an hour.
	cgroups | comm -13 "$tmp/cgroups" - | xargs -r rmdir 2>/dev/null
	[ ! -e "$tmp/killed/grades.csv" ] && [ -e "$tmp/killed/.batch" ]
}
goes_on() {
	grade "$few" "$tmp/killed" >"$tmp/said" 2>&1 && grep -q 'Going on' "$tmp/said"
}
# Neither the size nor the date betrays the change, and it lies deep.
sees_the_change() {
	deep=$few/tree/code/exercises/$exercise
	mkdir -p "$deep" && cp "$folder/solution.c" "$deep/exercise.c" && killed || return 1
	touch -r "$deep/exercise.c" "$tmp/date"
	sed 's/BPF_NOEXIST/BPF_ANY    /' "$folder/solution.c" >"$deep/exercise.c"
	touch -r "$tmp/date" "$deep/exercise.c"
	grade "$few" "$tmp/killed" >"$tmp/said" 2>&1
	[ "$(points tree "$tmp/killed")" = 2 ]
	status=$?
	rm -rf "$tmp/killed" "$few/tree"
	return $status
}
ok 'a file that was changed is graded again' sees_the_change
ok 'a batch is killed' killed
ok 'it goes on where it was' goes_on
ok 'a killed batch comes to the same grades' diff -r "$tmp/few_out" "$tmp/killed"

# The jobs of a batch that was killed can live on: what they grade among
# the files of the next one is not taken.
lives_on() {
	killed || return 1
	batch=$tmp/killed/.batch
	finished=$(sed -n 4p "$batch/settings")
	rm -rf "$finished" && ls "$batch/names" >"$tmp/numbers" &&
		not sh "$code/exercises/classroom/grade.sh" one "$tmp/killed" "$(head -n 1 "$tmp/numbers")" 2>"$tmp/said" &&
		grep -q 'cannot be written' "$tmp/said" && [ ! -e "$finished" ]
}
rm -rf "$tmp/killed"
ok '  and a job of the old batch leaves nothing in the new one' lives_on

# --- faults of the grader ---

# A student who hands in everything, and a lot of it.
for file in "$code"/exercises/*_*/solution.c; do
	name=${file%/solution.c}
	mkdir -p "$tmp/wide/ana/${name##*/}"
	{
		cat "$file"
		yes '// a long remark' | head -c 120000
	} >"$tmp/wide/ana/${name##*/}/exercise.c"
done
ok 'every solution is graded' grade "$tmp/wide" "$tmp/wide_out"
has_all_points() {
	awk -F, 'NR == 2 { exit !($2 == $3 && $3 > 100) }' "$tmp/wide_out/grades.csv"
}
ok 'and gets all points' has_all_points
mkdir "$tmp/small"
if mount -t tmpfs -o size=1m none "$tmp/small" 2>/dev/null; then
	no_room() {
		TMPDIR=$tmp/small grade "$tmp/wide" "$tmp/fault" >"$tmp/said" 2>&1
		[ $? -eq 3 ] && grep -q 'stopped by faults of the grader' "$tmp/said" &&
			grep -q '^"ana",,,not graded' "$tmp/fault/grades.csv" || {
			cat "$tmp/said"
			return 1
		}
	}
	ok 'a full disk is the fault of the grader, and nobody gets a zero for it' no_room
	ok 'with room again, the rest is graded' grade "$tmp/wide" "$tmp/fault"
	ok 'a batch after a fault comes to the same grades' diff -r "$tmp/wide_out" "$tmp/fault"
	umount "$tmp/small"
else
	skip 'a full disk is the fault of the grader' 'mount is not permitted here'
fi

# --- two machines ---

if command -v /usr/sbin/sshd >/dev/null 2>&1; then
	mkdir -p "$tmp/ssh" /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$tmp/ssh/key"
	cp "$tmp/ssh/key.pub" "$tmp/ssh/allowed"
	port=$((20000 + $$ % 10000))
	for machine in 1 2; do
		# The next port that nobody has.
		until port=$((port + 1)) && [ $port -lt 31000 ] && /usr/sbin/sshd -f /dev/null -p $port -h "$tmp/ssh/key" -o ListenAddress=127.0.0.1 \
			-o "PidFile=$tmp/ssh/$machine.pid" -o "AuthorizedKeysFile=$tmp/ssh/allowed" \
			-o StrictModes=no -o PermitRootLogin=yes -o UsePAM=no 2>"$tmp/ssh/log"; do
			[ $port -lt 31000 ] || break
		done
		echo "2/ssh -p $port -i $tmp/ssh/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@127.0.0.1"
	done >"$tmp/ssh/machines"
	spreads() {
		SSHLOGINFILE=$tmp/ssh/machines grade "$few" "$tmp/spread"
	}
	ok 'the class is spread over two machines' spreads
	ok 'two machines come to the same grades' diff -r "$tmp/few_out" "$tmp/spread"
	for machine in 1 2; do
		[ ! -e "$tmp/ssh/$machine.pid" ] || kill "$(cat "$tmp/ssh/$machine.pid")"
	done
else
	skip 'the class is spread over two machines' 'no sshd, which make test-deps does not install because it starts a service: install openssh-server'
fi
done_testing
