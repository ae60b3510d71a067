# SPDX-License-Identifier: MIT
# The virtual machine, as a reader without any rights meets it: the
# terminal, the steps, the exercises and the grader; in another language,
# in an odd folder, with half of the tools, with a full disk.
# "make test-kernels" runs this.
# shellcheck disable=SC2016,SC2317 # for sh; "ok" calls the functions
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"

missing=$(sh "$code/tools/requirements.sh" check vm 2>&1) ||
	[ -e "$code/machines/qemu/cache/tools" ] ||
	skip_all "not installed:$(printf '%s\n' "$missing" | sed -n 's/^  / /p' | head -n -1 | tr -d '\n')"
need script setpriv bwrap parallel localedef
image=$(sh "$code/machines/qemu/kernel.sh" image 2>"$tmp/err") ||
	skip_all "no kernel could be fetched: $(tail -n 1 "$tmp/err")"

# A copy of the tree that belongs to an ordinary user, with the kernel,
# so that it is not fetched again.
chmod 755 "$tmp"
home=$tmp/home
mkdir -p "$home/book/code/machines/qemu/cache" "$home/tmp"
tar -C "$top" --exclude=.git --exclude='code/machines/*/cache' --exclude=node_modules \
	--exclude=docs/build -cf - . | tar -C "$home/book" -xf -
rm -rf "$home"/book/code/exercises/*_*/exercise.c "$home"/book/code/exercises/build*
cp "$image" "$home/book/code/machines/qemu/cache/own-linux-${image##*-linux-}"
[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$home"
cd "$home/book" || exit 1

# as_user COMMAND...: COMMAND as an ordinary user without a capability,
# where sudo gives none
mkdir "$tmp/bin"
printf '#!/bin/sh\necho "sudo: not for you" >&2; exit 1\n' >"$tmp/bin/sudo"
chmod 755 "$tmp/bin" "$tmp/bin/sudo"
as_user() {
	set -- env HOME="$home" TMPDIR="$home/tmp" PATH="$tmp/bin:$PATH" "$@"
	[ "$(id -u)" -ne 0 ] || set -- --reuid=65534 --regid=65534 --clear-groups "$@"
	setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all "$@" </dev/null
}

# says TEXT COMMAND...: the command fails and says TEXT to stderr
says() {
	text=$1
	shift
	! as_user "$@" >"$tmp/out" 2>"$tmp/err" || return 1
	cat "$tmp/out" "$tmp/err"
	grep -q -- "$text" "$tmp/err"
}

# ends STATUS COMMAND...: the command ends with STATUS
ends() {
	expected=$1
	shift
	as_user "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
	cat "$tmp/out" "$tmp/err"
	[ "$status" -eq "$expected" ]
}
vm=code/machines/qemu/vm.sh

# --- a guest that hangs: it is found out half a minute later, so this
# begins here and is looked at below ---

# Stop QEMU when its guest runs.
hangs() {
	as_user env TMPDIR="$home/hangs" VM_TIMEOUT=9 sh "$vm" run sh -c 'sleep 4; echo alive' \
		>"$tmp/hangs.out" 2>"$tmp/hangs.err" &
	for _ in $(seq 900); do
		! cat "$home"/hangs/*/log 2>/dev/null | grep -q 'vm [0-9a-f]*: booted' || break
		sleep 0.1
	done
	kill -STOP "$(ps -eo pid,args | awk -v t="$home/hangs" '/[q]emu-system/ && index($0, t) { print $1 }')"
	wait $!
}
as_user mkdir "$home/hangs"
hangs 2>/dev/null &
hanging=$!

# --- bpf(2) is refused ---

for target in run-03 start check check-02a test; do
	ok "make $target, where bpf(2) is refused, offers the virtual machine" \
		says 'CAP_BPF.*make vm' make -s "$target" CI=
	[ "$target" != start ] || {
		ok '  in its last words' sh -c "tail -n 2 '$tmp/err' | grep -q 'make vm-start'"
		ok '  and makes the book all the same' [ -s docs/build/index.html ]
	}
done
ok '  and that is seen if it is not so' not says 'CAP_BPF.*make vm' make -s nothing

# --- no tools, another language, an odd folder, no HOME ---

# lacking PACKAGES FILES COMMAND...: as_user, where the packages are not
# installed, and their files not there
: >"$tmp/empty"
lacking() {
	packages=$1 files=$2
	shift 2
	awk -v RS= -v ORS='\n\n' -v p="^Package: ($packages)\n" '$0 !~ p' /var/lib/dpkg/status >"$tmp/status"
	set -- --ro-bind "$tmp/status" /var/lib/dpkg/status "$@"
	for file in $files; do
		if [ -d "$file" ]; then
			set -- --tmpfs "$file" "$@"
		elif [ -e "$file" ]; then
			set -- --ro-bind "$tmp/empty" "$file" "$@"
		fi
	done
	as_user bwrap --dev-bind / / "$@"
}
qemu='busybox-static|seabios|(ipxe-)?qemu[^\n]*'
qemu_files='/usr/bin/qemu-system-x86_64 /usr/bin/busybox'
# A user who has nothing of it; of libbpf the library, without its headers.
bare() {
	lacking "$qemu|libbpf-dev|pandoc(-data)?" \
		"$qemu_files /usr/bin/pandoc /usr/include/bpf /usr/lib/x86_64-linux-gnu/pkgconfig/libbpf.pc" \
		env -u HOME LOCPATH="$tmp/locales" LC_ALL=de_DE.UTF-8 "$@"
}
mkdir "$tmp/locales"
localedef -i de_DE -f UTF-8 "$tmp/locales/de_DE.UTF-8"
chmod -R a+rX "$tmp/locales"
ok 'apt speaks German where it should' bare sh -c 'apt-get nonsense 2>&1 | grep "Ung.ltige Operation"'
bare="$home/ein kleines Büchlein"
as_user cp -r "$home/book" "$bare"
rm -rf "$bare/code/machines/qemu/cache" "$bare/docs/build"
make -s -C "$bare/code" clean
cache=$bare/code/machines/qemu/cache

# Ctrl+C, or whatever else ends it, in the middle of the package lists.
cat >"$tmp/bin/apt-get" <<'END'
#!/bin/sh
case "${END_APT-}$*" in
yes*' update')
	kill -TERM $PPID
	exit 1
	;;
esac
exec /usr/bin/apt-get "$@"
END
chmod 755 "$tmp/bin/apt-get"
ok 'it may be ended while the package lists are read' \
	not bare env END_APT=yes sh "$bare/code/machines/qemu/kernel.sh" image
ok '  and has begun to' [ -d "$cache/apt" ]
rm "$tmp/bin/apt-get"

unpacks_what_it_needs() {
	bare make -s -C "$bare" vm-start >"$tmp/out" 2>"$tmp/err" || {
		cat "$tmp/out" "$tmp/err"
		return 1
	}
	grep -qx 'packets = 5' "$tmp/out" && grep -q 'libbpf >= 1.0' "$tmp/err" &&
		grep -q qemu-system-x86_64 "$tmp/err"
}
ok 'after that, on a machine without QEMU, libbpf and pandoc, all steps run' unpacks_what_it_needs
cp "$tmp/err" "$tmp/fetched"
ok '  which says where the tools are unpacked to' \
	grep -q 'a copy for you alone is unpacked into code/machines/qemu/cache' "$tmp/err"
ok '  and the book is made' [ -s "$bare/docs/build/index.html" ]
cp code/exercises/02a_first_writer_wins/solution.c "$bare/code/exercises/02a_first_writer_wins/exercise.c"
ok '  and an exercise is solved there' bare make -s -C "$bare" vm-check-02a

# --- half of the tools ---

has_pandoc() {
	lacking "$qemu|libbpf-dev" "$qemu_files /usr/include/bpf /usr/lib/x86_64-linux-gnu/pkgconfig/libbpf.pc" "$@"
}
rm -rf "$bare/docs/build"
ok 'pandoc is installed, and QEMU is not: the book is made' has_pandoc make -s -C "$bare" docs
ok '  and a step runs' has_pandoc make -s -C "$bare" vm-run-03

# QEMU is installed and pandoc is not. What is unpacked is half of it.
has_qemu() {
	lacking 'pandoc(-data)?' /usr/bin/pandoc "$@"
}
mixed=$home/mixed
as_user mkdir -p "$mixed/code/machines/qemu/cache/tools/usr/bin"
as_user cp -rp lessons docs Makefile "$mixed"
as_user cp -rp code "$mixed"
as_user cp -rp "$cache/apt" "$mixed/code/machines/qemu/cache"
rm -rf "$mixed/docs/build"
mixed_advice() {
	not has_qemu make -s -C "$mixed" docs >"$tmp/out" 2>&1 && cat "$tmp/out" && grep -q 'make vm-start' "$tmp/out"
}
ok 'QEMU is installed, and pandoc is not: the book wants make vm-start' mixed_advice
ok '  whose tools are completed' has_qemu make -s -C "$mixed" vm-tools
ok '  and then the book is made' has_qemu make -s -C "$mixed" docs

# --- no network, no room ---

mv "$cache"/own-linux-* "$tmp"
ok 'without a network it says what could not be fetched' \
	says 'could not be fetched: is this machine online' \
	bwrap --dev-bind / / --unshare-net make -s -C "$bare" vm-run-03
ok '  and does not forget the package lists' [ -s "$cache/apt/own" ]

# in_room BYTES: fetch a kernel into a cache that has no more room. The
# kernel is then in $home/room, if there is one.
in_room() {
	rm -rf "$home/room" && as_user mkdir "$home/room" || return
	as_user bwrap --dev-bind / / --bind "$cache" /mnt --size "$1" --tmpfs "$cache" sh -c '
		cp -rp /mnt/apt "$1" && sh "$2" image || status=$?
		cp "$1"/own-linux-* "$3" 2>/dev/null
		exit ${status:-0}' sh "$cache" "$bare/code/machines/qemu/kernel.sh" "$home/room" >"$tmp/out" 2>"$tmp/err"
}
lists=$(du -sB 1 "$cache/apt" | cut -f1)
fetched=$(sed -n 's/.*fetching Linux .*, \([0-9]*\) MB)$/\1/p' "$tmp/fetched")
full() {
	not in_room $((lists + fetched * 500000)) && cat "$tmp/err" &&
		grep -q 'there is no room left' "$tmp/err" && [ -z "$(ls "$home/room")" ]
}
ok 'a full disk is called a full disk' full
# Room for the package, and for half of what the kernel unpacks to. It is
# kept as it came, or not at all.
half=$(($(stat -c %s "$tmp"/own-linux-*) / 2))
whole() {
	in_room $((lists + fetched * 1000000 + half + 15000000))
	cat "$tmp/err"
	kept=$(ls "$home/room")
	[ -z "$kept" ] || cmp "$home/room/$kept" "$tmp"/own-linux-* ||
		[ "$(od -An -c -j 514 -N 4 "$home/room/$kept" | tr -d ' ')" = HdrS ]
}
ok '  and leaves no part of a kernel' whole
rm -rf "$bare" "$mixed" "$home/room"

# --- the steps ---

# Once everything is there, nothing in the tree is written.
read_only() {
	as_user bwrap --dev-bind / / --ro-bind "$home/book" "$home/book" --chdir "$home/book" "$@"
}
prints_what_is_recorded() {
	read_only make -s vm-run-03 >"$tmp/out" 2>"$tmp/err" || { cat "$tmp/out" "$tmp/err"; return 1; }
	tail -n +4 "$tmp/out" >"$tmp/printed" &&
		tail -n +2 lessons/transcripts/03_lookup.txt | diff - "$tmp/printed" && [ ! -s "$tmp/err" ]
}
ok 'make vm-run-03 brings back what the step prints, from a tree that may not be written' prints_what_is_recorded
ok 'a kernel that is not there, and may not be fetched, is no fault of the command' \
	ends 125 bwrap --dev-bind / / --ro-bind "$home/book" "$home/book" env KERNEL=5.10 sh "$vm" run true
ok '  as it says' grep -q 'may not be fetched' "$tmp/err"
ok 'make vm-run-99 fails as make run-99 does' says 'There is no step "99"' make -s vm-run-99

# --- a guest that fails is told from a program that fails ---

ok 'the status of a command comes back' \
	ends 3 sh $vm run sh -c 'printf "%s|" "$@"; echo err >&2; exit 3' sh "it's" ' a  b ' '$HOME'
ok '  with what it wrote to stdout: quotes and blanks come through' \
	[ "$(cat "$tmp/out")" = "it's| a  b |\$HOME|" ]
ok '  and to stderr' grep -qx err "$tmp/err"
ok 'a command that does not end is ended' ends 137 env VM_TIMEOUT=2 sh $vm run sleep 60
ok '  and named' grep -q 'did not end within 2 seconds' "$tmp/err"
ok 'a kernel that panics is tried twice, and is not the fault of the command' \
	ends 125 sh $vm run sh -c 'echo c >/proc/sysrq-trigger; sleep 60'
ok '  as it says' grep -q 'failed twice: its kernel panicked' "$tmp/err"
hung() {
	cat "$tmp/hangs.out" "$tmp/hangs.err"
	grep -qx alive "$tmp/hangs.out" && grep -q 'failed (it hung). Once more' "$tmp/hangs.err"
}
wait $hanging
ok 'a guest that hangs is ended and tried once more' hung
mkdir "$home/full"
no_room() {
	as_user bwrap --dev-bind / / --size 1000000 --tmpfs "$home/full" \
		env TMPDIR="$home/full" sh "$vm" run true >"$tmp/out" 2>"$tmp/err"
	[ $? -eq 125 ] && grep -q 'no room for a virtual machine' "$tmp/err"
}
ok 'no room for temporary files is no fault of the command either' no_room

# --- at a terminal: its size, Ctrl+C, the status, how it is left, and
# what was changed there ---

# await TEXT: until the terminal shows it. No line that is typed contains
# what is waited for.
await() {
	for _ in $(seq 900); do
		! grep -q "$1" "$tmp/typescript" 2>/dev/null || return 0
		sleep 0.1
	done
	echo "the terminal does not show \"$1\":"
	cat "$tmp/typescript"
	return 1
}
printf 'int main(void) { return 1; }\n' >code/mine.c
printf 'one\n' >lessons/both.txt
at_terminal() {
	mkfifo "$tmp/keys"
	script -qefc "stty rows 33 cols 101; stty -a >'$tmp/before'; tty >'$tmp/tty'
		setpriv ${user:-} --no-new-privs --inh-caps=-all --ambient-caps=-all \
			env HOME='$home' TMPDIR='$home/tmp' sh $vm shell; echo left with \$?
		stty -a >'$tmp/after'" "$tmp/typescript" <"$tmp/keys" >/dev/null 2>&1 &
	exec 5>"$tmp/keys"
	await 'vm:code#' && printf 'stty size | tr " " x; ./test_maps\n' >&5 &&
		await 'round 2' && printf '\003' >&5 &&
		await ' drained' && printf 'echo status=$?.\n' >&5 && await 'status=[0-9]' &&
		printf './test_maps >/dev/null & until bpftool map dump name sessions | grep "Found [1-9]"; do sleep 1; done\n' >&5 &&
		await 'Found [1-9]' &&
		stty -F "$(cat "$tmp/tty")" rows 40 cols 90 &&
		printf 'until stty size | tr " " x | grep 40x9[0]; do sleep 1; done\n' >&5 && await 40x90 &&
		printf '%s\n' "printf '%s\n' '#include <stdio.h>' 'int main(void) { return puts(\"there\") < 0; }' >mine.c" \
			'echo new >../lessons/new.txt; echo two >>../lessons/both.txt; kill %1; wait; echo all=$?.' >&5 &&
		await 'all=[0-9]' &&
		echo three >>lessons/both.txt && printf 'exit 7\n' >&5 && await 'left with [0-9]'
	got=$?
	exec 5>&-
	wait $!
	return "$got"
}
user=
[ "$(id -u)" -ne 0 ] || user='--reuid=65534 --regid=65534 --clear-groups'
ok 'at a terminal, Ctrl+C ends the program and not the shell' at_terminal
ok '  whose status is that of the program' grep -q 'status=0\.' "$tmp/typescript"
ok '  and whose own comes back' grep -q 'left with 7' "$tmp/typescript"
ok '  the size of the terminal is passed on' grep -q 33x101 "$tmp/typescript"
ok '  and so is a new one' grep -q '40x90' "$tmp/typescript"
as_before() {
	sed 's/rows [0-9]*; columns [0-9]*;//' "$tmp/before" >"$tmp/was"
	sed 's/rows [0-9]*; columns [0-9]*;//' "$tmp/after" | diff "$tmp/was" -
}
ok '  the terminal is left as it was' as_before
ok '  a program in the background is looked into' grep -q '^Found [1-9]' "$tmp/typescript"
comes_back() {
	cat "$tmp/typescript"
	[ "$(cat lessons/new.txt)" = new ] && grep -q there code/mine.c
}
ok '  what was changed there is here' comes_back
ok '  as it says before anything is typed' \
	sh -c "sed '/vm:code#/q' '$tmp/typescript' | grep -q 'What you change .* comes back'"
keeps_both() {
	printf 'one\nthree\n' | cmp - lessons/both.txt && printf 'one\ntwo\n' | cmp - lessons/both.txt.vm &&
		grep -q 'lessons/both.txt was changed here meanwhile' "$tmp/typescript"
}
ok '  unless it was changed here as well: then both are kept' keeps_both
ok '  and nothing else comes back' \
	[ "$(find code lessons -newer "$tmp/before" -type f ! -path code/machines/\* | sort | paste -s -d ' ' -)" = \
	'code/mine.c lessons/both.txt lessons/both.txt.vm lessons/new.txt' ]
own_program() {
	ends 0 make -s vm-run-mine && grep -qx there "$tmp/out"
}
ok 'a program of your own runs there' own_program
rm code/mine.c lessons/both.txt* lessons/new.txt

# --- the exercises ---

exercise=02a_first_writer_wins
ok 'a stub fails there' ends 2 make -s vm-check-02a
ok '  at its first check' grep -q "^not ok - $(sed -n '/^title /!{s/.* //p;q}' \
	code/exercises/$exercise/points)" "$tmp/out"
cp code/exercises/$exercise/solution.c code/exercises/$exercise/exercise.c
ok 'a solution passes there' ends 0 make -s vm-check-02a
ok '  and is done' grep -qx 'Done.' "$tmp/out"

# A virtual machine that does not start is nobody's failing exercise.
mkdir -p "$home/broken" && printf 'no kernel' >"$home/broken/vmlinuz"
chmod -R a+rX "$home/broken"
touch code/exercises/$exercise/exercise.c
no_verdict() {
	says 'virtual machine failed twice' env KERNEL="$home/broken/vmlinuz" make -s "$@" &&
		not grep -q '^not ok\|Score:\|failing' "$tmp/out"
}
ok 'a virtual machine that does not start is no verdict on an exercise' no_verdict vm-check-02a
ok '  nor on all of them' no_verdict check IN=vm

# One boot for all that changed.
cp code/exercises/02b_new_or_replaced/solution.c code/exercises/02b_new_or_replaced/exercise.c
cp code/exercises/03a_get_or_default/wrong/returns_enoent.c code/exercises/03a_get_or_default/exercise.c
mkdir "$tmp/counted"
cat >"$tmp/counted/qemu-system-x86_64" <<END
#!/bin/sh
echo boot >>'$home/boots'
exec '$(command -v qemu-system-x86_64)' "\$@"
END
chmod -R a+rX,u+x "$tmp/counted" && chmod a+x "$tmp/counted/qemu-system-x86_64"
ok 'make check IN=vm checks all that changed' \
	ends 0 env PATH="$tmp/counted:$tmp/bin:$PATH" make -s check IN=vm
ok '  and counts what is done' grep -q '^Score: 2 of ' "$tmp/out"
ok '  and names what is not' grep -q '^  03a_get_or_default  *failing' "$tmp/out"
ok '  in one boot' [ "$(wc -l <"$home/boots")" -eq 1 ]

# --- the grader ---

# hand_in STUDENT FILE: FILE becomes a submission of STUDENT
hand_in() {
	as_user mkdir -p "$home/class/$1" && cp "$2" "$home/class/$1/$exercise.c"
}
hand_in good code/exercises/$exercise/solution.c
for file in code/exercises/$exercise/wrong/looks_first.c \
	code/tests/hostile/exits.c code/tests/hostile/prints_a_pass.c \
	code/tests/hostile/loops.c code/tests/hostile/bombs.c \
	code/tests/hostile/eats_memory.c code/tests/hostile/does_not_compile.c \
	code/tests/hostile/reads_the_password_file.c \
	code/tests/hostile/sandboxed/looks_around.c code/tests/hostile/sandboxed/hoards_maps.c; do
	name=${file##*/}
	hand_in "${name%.c}" "$file"
done
# All exercises at once, as a class hands them in.
for file in code/exercises/*_*/solution.c; do
	name=${file%/solution.c}
	as_user mkdir -p "$home/class/all" && cp "$file" "$home/class/all/${name##*/}.c"
done

ok 'an ordinary user grades a class there' \
	ends 0 make -s grade SUBMISSIONS="$home/class" OUT="$home/out" IN=vm

has_points() {
	got=$(awk -F, -v s="\"$1\"" '$1 == s { print $2 }' "$home/out/grades.csv")
	[ "$got" = "$2" ] || {
		echo "expected $2 points for $1, got \"$got\""
		cat "$home/out/feedback/$1.md"
		return 1
	}
}
ok 'a solution gets its points' has_points good 10
ok '  and no others' not has_points good 9
ok 'a solution of every exercise gets all points' has_points all \
	"$(awk '$1 != "title" { n += $1 } END { print n }' code/exercises/*_*/points)"
ok 'a job that loses a race gets some' has_points looks_first 7
for name in exits prints_a_pass loops bombs eats_memory does_not_compile \
	reads_the_password_file looks_around hoards_maps; do
	ok "nothing for $name" has_points $name 0
done
ok 'the sandbox in the guest refuses what a stranger may not do' \
	not grep -q ALLOWED "$home/out/feedback/looks_around.md" "$home/out/feedback/hoards_maps.md"
ok '  and it was tried' grep -q 'network: refused' "$home/out/feedback/looks_around.md"

if [ "$(id -u)" -eq 0 ] && "$code/01_create" >/dev/null 2>&1; then
	ok 'the same class is graded here' \
		flock "$code/exercises/classroom/grade.sh" sh code/exercises/classroom/grade.sh batch "$home/class" "$tmp/here"
	ok 'the grades are the same there and here' diff "$tmp/here/grades.csv" "$home/out/grades.csv"
else
	skip 'the grades are the same there and here' 'the grader here needs root: run sudo make test-kernels'
fi

ok 'a virtual machine that does not start is no fault of a student' says 'cannot be started' \
	env KERNEL="$home/broken/vmlinuz" make -s grade SUBMISSIONS="$home/class" OUT="$home/none" IN=vm
ok '  and nobody gets a grade' [ ! -e "$home/none/grades.csv" ]

done_testing
